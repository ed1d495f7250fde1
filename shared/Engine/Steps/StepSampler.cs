using OrleansInference.Compute;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Models;

namespace OrleansInference.Engine.Steps;

/// <summary>Turns a step's logits into sampled tokens and measured prompt tokens. Belongs to the last stage's thread; its workers process one slice each.</summary>
/// <param name="vocabularySize">Width of a row of logits.</param>
/// <param name="workers">Threads that share the slices; null: the calling thread samples all of them.</param>
public sealed class StepSampler(int vocabularySize, IWorkers? workers = null) : IParallelWork
{
    private readonly Sampler?[] _samplers = new Sampler?[workers?.Count ?? 1]; // by worker; created for the first slice of a worker
    private readonly List<SliceChoices> _slices = [];
    private Step _step = null!;
    private ReadOnlyMemory<float> _logits;

    public int VocabularySize => vocabularySize;

    /// <param name="step">The step, which is not changed.</param>
    /// <param name="logits">[step.Batch.LogitRowCount, vocabulary]</param>
    public StepResult Run(Step step, ReadOnlyMemory<float> logits)
    {
        (_step, _logits) = (step, logits);
        int count = step.Outputs.Length;
        while (_slices.Count < count)
        {
            _slices.Add(new SliceChoices());
        }

        if (workers is not null)
        {
            workers.Run(this, count);
        }
        else
        {
            for (int index = 0; index < count; index++)
            {
                RunTile(index, 0);
            }
        }

        return Gather(count);
    }

    public void RunTile(int tile, int worker)
    {
        Sampler sampler = _samplers[worker] ??= new Sampler(vocabularySize);
        SequenceSlice slice = _step.Batch.Slices[tile];
        ReadOnlySpan<int> tokens = _step.Batch.Tokens.Slice(slice.FirstRow, slice.Count);
        ReadOnlySpan<float> rows = _logits.Span.Slice(slice.FirstLogitRow * vocabularySize, slice.LogitCount * vocabularySize);
        SliceOutput output = _step.Outputs[tile];
        SliceChoices choices = _slices[tile];
        choices.Clear();
        try
        {
            if (output.Measured)
            {
                Measure(sampler, slice, tile, tokens, rows, output, choices);
            }

            if (output.Sampling is { } sampling)
            {
                Choose(sampler, slice, tile, tokens, rows, output, sampling, choices);
            }
        }
        catch (InferenceException error)
        {
            choices.Error = error;
        }
    }

    private StepResult Gather(int count)
    {
        int rows = 0;
        int failed = 0;
        for (int index = 0; index < count; index++)
        {
            rows += _slices[index].Rows.Count;
            failed += _slices[index].Error is null ? 0 : 1;
        }

        StepResult result = new(new SampledRow[rows], failed == 0 ? [] : new SliceFailure[failed]);
        rows = failed = 0;
        for (int index = 0; index < count; index++)
        {
            SliceChoices choices = _slices[index];
            choices.Rows.CopyTo(result.Rows, rows);
            rows += choices.Rows.Count;
            if (choices.Error is { } error)
            {
                result.Failures[failed++] = new SliceFailure(index, error);
            }
        }

        return result;
    }

    /// <summary>Measures prompt tokens. The logits of a token's row belong to the token after it.</summary>
    private void Measure(
        Sampler sampler, SequenceSlice slice, int index, ReadOnlySpan<int> tokens, ReadOnlySpan<float> rows, SliceOutput output, SliceChoices choices)
    {
        int first = slice.Start + 1;
        for (int i = 0; i < tokens.Length; i++)
        {
            int token = i + 1 < tokens.Length ? tokens[i + 1] : output.Next;
            if (token >= 0)
            {
                TokenLogProb[] top = Alternatives(output.LogProbs);
                float logProb = sampler.Measure(rows.Slice(i * vocabularySize, vocabularySize), token, first + i, top);
                choices.Rows.Add(new SampledRow(index, first + i, token, logProb, top));
            }
        }
    }

    /// <summary>Samples tokens. A sample is a function of the logits and of the tokens before it, so an accepted guess equals the token that a step of its own would sample.</summary>
    private void Choose(
        Sampler sampler, SequenceSlice slice, int index, ReadOnlySpan<int> tokens, ReadOnlySpan<float> rows, SliceOutput output, SequenceSampling sampling, SliceChoices choices)
    {
        int first = slice.Start + 1;
        int skipped = tokens.Length - (rows.Length / vocabularySize);
        SequenceSampling history = output.Guesses > 0 ? sampling.Copy() : sampling; // later samples depend on earlier ones
        for (int i = tokens.Length - 1 - output.Guesses; i < tokens.Length; i++)
        {
            TokenLogProb[] top = Alternatives(output.LogProbs);
            SampledToken chosen = sampler.Sample(rows.Slice((i - skipped) * vocabularySize, vocabularySize), history, first + i, top);
            choices.Rows.Add(new SampledRow(index, first + i, chosen.Token, chosen.LogProb, top));
            if (i + 1 == tokens.Length || chosen.Token != tokens[i + 1])
            {
                return;
            }

            history.Append(chosen.Token);
        }
    }

    private static TokenLogProb[] Alternatives(int? count) => count > 0 ? new TokenLogProb[count.Value] : [];
}
