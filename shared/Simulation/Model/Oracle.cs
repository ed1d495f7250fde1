using OrleansInference.Serving;

namespace OrleansInference.Simulation.Model;

/// <summary>What a request gets on one stage that nothing ever interrupts: the truth to which everything is compared.</summary>
internal static class Oracle
{
    /// <summary>Each choice's tokens with their end.</summary>
    public static ChoiceLog[] Answer(GenerationRequest request, StopConditions stops, int layers)
    {
        Sampler sampler = new(ToyModel.VocabularySize);
        return [.. Enumerable.Range(0, request.Choices).Select(choice => Answer(request, stops, layers, choice, sampler))];
    }

    private static ChoiceLog Answer(GenerationRequest request, StopConditions stops, int layers, int choice, Sampler sampler)
    {
        SequenceSampling sampling = new(request, choice, stops.Endings);
        List<ulong>[] keyValues = [.. Enumerable.Range(0, layers).Select(static _ => new List<ulong>())];
        List<int> log = [.. request.Prompt.Span];
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
            int token = sampler.Sample(logits, sampling, log.Count, []).Token;
            sampling.Append(token);
            log.Add(token);
            finish = stops.After(token, log.Count - request.Prompt.Length, log.Count);
        }

        return new ChoiceLog([.. log[request.Prompt.Length..]], finish);
    }

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
