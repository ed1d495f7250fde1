using OrleansInference.Compute;
using OrleansInference.Models;

namespace OrleansInference.Serving.Pipelines;

/// <summary>Turns a step's logits into chosen tokens and measured prompt tokens. Belongs to the last stage's thread.</summary>
internal sealed class StepSampler(int vocabularySize)
{
    private readonly Sampler _sampler = new(vocabularySize);

    public int VocabularySize => vocabularySize;

    /// <param name="step">Receives the rows.</param>
    /// <param name="logits">[step.Batch.LogitRowCount, vocabulary]</param>
    public void Run(Step step, ReadOnlySpan<float> logits)
    {
        for (int index = 0; index < step.Outputs.Count; index++)
        {
            SequenceSlice slice = step.Batch.Slices[index];
            ReadOnlySpan<int> tokens = step.Batch.Tokens.Slice(slice.FirstRow, slice.Count);
            ReadOnlySpan<float> rows = logits.Slice(slice.FirstLogitRow * vocabularySize, slice.LogitCount * vocabularySize);
            SliceOutput output = step.Outputs[index];
            try
            {
                if (output.Measured)
                {
                    Measure(step, index, tokens, rows, output);
                }

                if (output.Sampling is { } sampling)
                {
                    Choose(step, index, tokens, rows, output, sampling);
                }
            }
            catch (InferenceException error)
            {
                step.Fail(index, error);
            }
        }
    }

    /// <summary>The row of a token tells of the token after it.</summary>
    private void Measure(Step step, int index, ReadOnlySpan<int> tokens, ReadOnlySpan<float> rows, SliceOutput output)
    {
        int first = step.Batch.Slices[index].Start + 1;
        for (int i = 0; i < tokens.Length; i++)
        {
            int token = i + 1 < tokens.Length ? tokens[i + 1] : output.Next;
            if (token >= 0)
            {
                TokenLogProb[] top = Alternatives(output.LogProbs);
                float logProb = _sampler.Measure(rows.Slice(i * vocabularySize, vocabularySize), token, first + i, top);
                step.Report(new SampledRow(index, first + i, token, logProb, top));
            }
        }
    }

    /// <summary>A choice is a function of the logits and of what came before, so a guess that equals it stands for the token that a step of its own would choose.</summary>
    private void Choose(Step step, int index, ReadOnlySpan<int> tokens, ReadOnlySpan<float> rows, SliceOutput output, SequenceSampling sampling)
    {
        int first = step.Batch.Slices[index].Start + 1;
        int skipped = tokens.Length - (rows.Length / vocabularySize);
        for (int i = tokens.Length - 1 - output.Guesses; i < tokens.Length; i++)
        {
            TokenLogProb[] top = Alternatives(output.LogProbs);
            SampledToken chosen = _sampler.Sample(rows.Slice((i - skipped) * vocabularySize, vocabularySize), sampling, first + i, top);
            sampling.Append(chosen.Token);
            step.Report(new SampledRow(index, first + i, chosen.Token, chosen.LogProb, top));
            if (i + 1 == tokens.Length || chosen.Token != tokens[i + 1])
            {
                return;
            }
        }
    }

    private static TokenLogProb[] Alternatives(int? count) => count > 0 ? new TokenLogProb[count.Value] : [];
}
