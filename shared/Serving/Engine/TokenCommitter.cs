namespace OrleansInference.Serving;

/// <summary>Turns logits into committed tokens: chooses, appends to the log, decides whether the sequence ends, publishes.</summary>
internal sealed class TokenCommitter(Sampler sampler, EngineCounters counters)
{
    /// <summary>Chooses and commits the sequence's next token.</summary>
    /// <param name="sequence">A sequence all of whose log is computed.</param>
    /// <param name="logits">[vocabulary], of the log's last token.</param>
    public void Commit(RunningSequence sequence, ReadOnlySpan<float> logits)
    {
        TokenLogProb[] top = Alternatives(sequence.Sampling.Parameters.LogProbs);
        SampledToken sampled = sampler.Sample(logits, sequence.Sampling, sequence.Log.Length, top);
        int index = sequence.Append(sampled.Token);
        counters.Generated();
        sequence.Generation.Publish(new TokenEvent(sequence.Choice, index, sampled.Token, sequence.Finish) { LogProb = sampled.LogProb, Top = top });
    }

    /// <summary>Publishes the log-probabilities of prompt tokens, for all choices: the prompt is theirs in common.</summary>
    /// <param name="sequence">The sequence that computes the prompt.</param>
    /// <param name="start">Position of the first row of logits; the row tells of the token after it.</param>
    /// <param name="logits">[rows, vocabulary]</param>
    /// <param name="vocabulary">Width of a row.</param>
    public void CommitPrompt(RunningSequence sequence, int start, ReadOnlySpan<float> logits, int vocabulary)
    {
        Generation generation = sequence.Generation;
        if (generation.PublishedPromptTokens == 0)
        {
            Publish(sequence, 0, float.NaN, []);
        }

        int end = Math.Min(start + (logits.Length / vocabulary), sequence.PromptLength - 1);
        for (int position = Math.Max(start + 1, generation.PublishedPromptTokens); position <= end; position++)
        {
            TokenLogProb[] top = Alternatives(sequence.Sampling.Parameters.LogProbs);
            ReadOnlySpan<float> row = logits.Slice((position - start - 1) * vocabulary, vocabulary);
            Publish(sequence, position, sampler.Measure(row, sequence.Log[position], position, top), top);
        }
    }

    private static void Publish(RunningSequence sequence, int position, float logProb, TokenLogProb[] top)
    {
        for (int choice = 0; choice < sequence.Generation.Request.Choices; choice++)
        {
            TokenEvent token = new(choice, position - sequence.PromptLength, sequence.Log[position], FinishReason.None);
            sequence.Generation.Publish(token with { LogProb = logProb, Top = top });
        }

        sequence.Generation.PublishedPromptTokens = position + 1;
    }

    private static TokenLogProb[] Alternatives(int? count) => count > 0 ? new TokenLogProb[count.Value] : [];
}
