namespace OrleansInference.Bench.Watermarks;

/// <summary>Figures of answers with the watermark, or of answers without it.</summary>
/// <param name="Answers">Number of answers.</param>
/// <param name="Found">Answers in which the watermark was found.</param>
/// <param name="MedianZ">Median of the standard deviations above chance.</param>
/// <param name="LogProb">Mean log-probability of a token in the model's own distribution.</param>
internal sealed record AnswerFigures(int Answers, int Found, double MedianZ, double LogProb)
{
    public double Perplexity => Math.Exp(-LogProb);

    public JsonObject Describe() => new() { ["answers"] = Answers, ["found"] = Found, ["median_z"] = MedianZ, ["mean_logprob"] = LogProb, ["perplexity"] = Perplexity };
}

/// <summary>Result of <see cref="WatermarkBenchmark"/>.</summary>
internal sealed record WatermarkFigures(AnswerFigures Marked, AnswerFigures Plain)
{
    public JsonObject Describe() => new() { ["marked"] = Marked.Describe(), ["plain"] = Plain.Describe(), ["perplexity_ratio"] = Marked.Perplexity / Plain.Perplexity };

    public void PrintText()
    {
        Print("with the watermark", Marked);
        Print("without it", Plain);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Perplexity with the watermark / without it: {Marked.Perplexity / Plain.Perplexity:0.000}"));
    }

    private static void Print(string what, AnswerFigures figures) => Console.Out.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"Answers {what}: found in {figures.Found} of {figures.Answers}, median z {figures.MedianZ:0.0}, perplexity {figures.Perplexity:0.00}"));
}
