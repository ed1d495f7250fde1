using OrleansInference.Engine.Sampling;

namespace OrleansInference.Simulation.Model;

/// <summary>Reference answers: the result of a request on one stage without interruptions, to which everything is compared.</summary>
internal static class Oracle
{
    /// <summary>Returns the tokens and end of each choice and, if measured, of the prompt.</summary>
    public static ChoiceLog[] Answer(GenerationRequest request, StopConditions stops, int layers)
    {
        Sampler sampler = new(ToyModel.VocabularySize);
        List<ChoiceLog> answer = [.. Enumerable.Range(0, request.Choices).Select(choice => Answer(request, stops, layers, choice, sampler))];
        if (request.PromptLogProbs)
        {
            answer.Add(Measure(request, layers, sampler));
        }

        return [.. answer];
    }

    private static ChoiceLog Answer(GenerationRequest request, StopConditions stops, int layers, int choice, Sampler sampler)
    {
        SequenceSampling sampling = new(request, choice, stops.Endings);
        List<ulong>[] keyValues = Pages(layers);
        List<int> log = [.. request.Prompt.Span];
        List<TokenMeasure> measures = [];
        float[] logits = new float[ToyModel.VocabularySize];
        FinishReason finish = FinishReason.None;
        int position = 0;
        while (finish == FinishReason.None)
        {
            ulong hidden = 0;
            for (; position < log.Count; position++)
            {
                hidden = Forward(ToyModel.Embed(log[position]), position, keyValues);
            }

            ToyModel.Logits(hidden, logits);
            TokenLogProb[] top = Alternatives(request);
            try
            {
                (int token, float logProb) = sampler.Sample(logits, sampling, log.Count, top);
                sampling.Append(token);
                log.Add(token);
                measures.Add(new TokenMeasure(logProb, top));
                finish = stops.After(token, log.Count - request.Prompt.Length, log.Count);
            }
            catch (InferenceException)
            {
                finish = FinishReason.Error;
            }
        }

        return new ChoiceLog([.. log[request.Prompt.Length..]], finish) { Measures = [.. measures] };
    }

    private static ChoiceLog Measure(GenerationRequest request, int layers, Sampler sampler)
    {
        List<ulong>[] keyValues = Pages(layers);
        List<TokenMeasure> measures = [TokenMeasure.None];
        float[] logits = new float[ToyModel.VocabularySize];
        int[] prompt = request.Prompt.ToArray();
        for (int position = 0; position < prompt.Length - 1; position++)
        {
            ToyModel.Logits(Forward(ToyModel.Embed(prompt[position]), position, keyValues), logits);
            TokenLogProb[] top = Alternatives(request);
            measures.Add(new TokenMeasure(sampler.Measure(logits, prompt[position + 1], position + 1, top), top));
        }

        return new ChoiceLog(prompt, FinishReason.Length) { Measures = [.. measures] };
    }

    private static List<ulong>[] Pages(int layers) => [.. Enumerable.Range(0, layers).Select(static _ => new List<ulong>())];

    private static TokenLogProb[] Alternatives(GenerationRequest request) => request.Sampling.LogProbs is > 0 and var count ? new TokenLogProb[count] : [];

    private static ulong Forward(ulong hidden, int position, List<ulong>[] keyValues)
    {
        for (int layer = 0; layer < keyValues.Length; layer++)
        {
            keyValues[layer].Add(ToyModel.KeyValue(layer, position, hidden));
            ulong sum = 0;
            foreach (ulong keyValue in keyValues[layer])
            {
                sum = ToyModel.Attend(sum, keyValue);
            }

            hidden = ToyModel.Leave(hidden, sum);
        }

        return hidden;
    }
}
