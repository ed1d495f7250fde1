using OrleansInference.Compute.Measurement;

namespace OrleansInference.Simulation.Scale;

/// <summary>Costs of the published shapes of the models. R1 uses 8-bit floats, its distillations 16-bit floats; keys and values use 16 bits.</summary>
internal static class ScaleModels
{
    private const int KvElementBytes = 2;

    private static readonly Dictionary<string, Dense> Distillations = new()
    {
        ["r1-distill-1.5b"] = new(28, 1536, 12, 2, 128, 8960, 151_936),
        ["r1-distill-7b"] = new(28, 3584, 28, 4, 128, 18_944, 152_064),
        ["r1-distill-8b"] = new(32, 4096, 32, 8, 128, 14_336, 128_256),
        ["r1-distill-14b"] = new(48, 5120, 40, 8, 128, 13_824, 152_064),
        ["r1-distill-32b"] = new(64, 5120, 40, 8, 128, 27_648, 152_064),
        ["r1-distill-70b"] = new(80, 8192, 64, 8, 128, 28_672, 128_256),
    };

    /// <summary>Returns a model's full name; the size alone suffices.</summary>
    /// <exception cref="Models.InferenceException"><see cref="Models.ErrorCode.InvalidOption"/>: the model is unknown.</exception>
    public static string Known(string name)
    {
        string full = Distillations.ContainsKey($"r1-distill-{name}") ? $"r1-distill-{name}" : name;
        if (full != "r1" && !Distillations.ContainsKey(full))
        {
            ScaleOptions.Refuse("model", $"model is '{name}'; expected one of r1, {string.Join(", ", Distillations.Keys)}");
        }

        return full;
    }

    /// <param name="name">Full name.</param>
    /// <param name="rows">Rows of a step, which determine the number of experts that it reads.</param>
    public static ScaleModel Create(string name, int rows) => name == "r1" ? R1(rows) : Distillation(Distillations[name]);

    private static ScaleModel Distillation(Dense shape)
    {
        const int WeightBytes = 2;
        long width = shape.Heads * shape.HeadDim, kvWidth = shape.KvHeads * shape.HeadDim;
        long weights = (shape.Hidden * (width + (2 * kvWidth))) + (width * shape.Hidden) + (3L * shape.Hidden * shape.Inner);
        long table = (long)shape.Hidden * shape.Vocabulary;
        LayerCost layer = Linear(weights, WeightBytes, 2 * kvWidth * KvElementBytes);
        return new ScaleModel(
            new ModelCost
            {
                Layers = [.. Enumerable.Repeat(layer, shape.Layers)],
                Embedding = new LayerCost(table * WeightBytes, 0, 0, 0),
                Head = Linear(table, WeightBytes, 0),
                ActivationBytesPerToken = shape.Hidden * WeightBytes,
            },
            4.0 * width,
            static _ => 1);
    }

    // 61 layers, three of them dense; multi-head latent attention; 256 routed experts, 8 of them active, and a shared one.
    private static ScaleModel R1(int rows)
    {
        const long Hidden = 7168, Heads = 128, Experts = 256, Active = 8;
        const long Attention = (Hidden * 1536) + (1536 * Heads * 192) + (Hidden * 576) + (512 * Heads * 256) + (Heads * 128 * Hidden);
        const long Expert = 3 * Hidden * 2048;
        const long Kv = 576 * KvElementBytes;
        const long Table = Hidden * 129_280;
        long read = Attention + (Hidden * Experts) + Expert + (long)(Experts * Read(rows) * Expert);
        LayerCost dense = Linear(Attention + (3 * Hidden * 18_432), 1, Kv);
        LayerCost mixture = new(Attention + (Hidden * Experts) + ((Experts + 1) * Expert), read, 2.0 * (Attention + (Hidden * Experts) + ((Active + 1) * Expert)), Kv);
        return new ScaleModel(
            new ModelCost
            {
                Layers = [.. Enumerable.Repeat(dense, 3), .. Enumerable.Repeat(mixture, 58)],
                Embedding = new LayerCost(Table * 2, 0, 0, 0),
                Head = Linear(Table, 2, 0),
                ActivationBytesPerToken = Hidden * 2,
            },
            2.0 * Heads * (576 + 512),
            actual => (Attention + (Hidden * Experts) + Expert + (Experts * Read(actual) * Expert)) / read);

        static double Read(double tokens) => 1 - Math.Pow(1 - ((double)Active / Experts), tokens);
    }

    private static LayerCost Linear(long elements, int bytes, long kv) => new(elements * bytes, elements * bytes, 2.0 * elements, kv);

    private readonly record struct Dense(int Layers, int Hidden, int Heads, int KvHeads, int HeadDim, int Inner, int Vocabulary);
}

/// <summary>Costs of a model, with figures that the planner does not need.</summary>
/// <param name="Cost">Costs for each layer.</param>
/// <param name="AttentionOperations">Operations of a layer for each pair of a row and an attended token.</param>
/// <param name="ReadPart">Reads of a layer's weights in a step with a number of rows, relative to those that the plan assumes.</param>
internal sealed record ScaleModel(ModelCost Cost, double AttentionOperations, Func<int, double> ReadPart);
