using OrleansInference.Compute.Threading;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Unit.Engine.Steps;

/// <summary>Workers that share the slices of a step choose what one alone chooses, and report it in the same order.</summary>
public sealed class StepSamplerTests
{
    private const int Vocabulary = 1000;

    [Fact]
    public void Workers_choose_what_one_alone_chooses()
    {
        using WorkerTeam team = new(3, "test");
        StepSampler alone = new(Vocabulary);
        StepSampler shared = new(Vocabulary, team);
        for (int seed = 0; seed < 50; seed++)
        {
            StepResult expected = alone.Run(Filled(seed, out float[] logits), logits);
            Step step = Filled(seed, out _);
            StepResult actual = shared.Run(step, logits);
            Assert.Equal(expected.Rows.Select(Describe), actual.Rows.Select(Describe));
            Assert.Equal(expected.Failures.Select(static failure => (failure.Slice, failure.Error.Message)), actual.Failures.Select(static failure => (failure.Slice, failure.Error.Message)));
            Assert.All(step.Outputs.ToArray(), static output => Assert.Equal(0, output.Sampling?.Generated ?? 0));
            int[] slices = [.. actual.Rows.Select(static row => row.Slice)];
            Assert.Equal(slices.Order(), slices);
        }
    }

    [Fact]
    public void A_slice_that_fails_leaves_nothing_behind_for_the_next_step()
    {
        StepSampler sampler = new(Vocabulary);
        Step step = Filled(1, out float[] logits);
        Array.Fill(logits, float.NaN);
        StepResult failed = sampler.Run(step, logits);
        Assert.Empty(failed.Rows);
        Assert.Equal(step.Outputs.ToArray().Count(static output => output.Sampling is not null || output.Measured), failed.Failures.Length);
        StepResult next = sampler.Run(Filled(1, out logits), logits);
        StepResult fresh = new StepSampler(Vocabulary).Run(Filled(1, out _), logits);
        Assert.Equal(fresh.Rows.Select(Describe), next.Rows.Select(Describe));
        Assert.Equal(fresh.Failures.Length, next.Failures.Length);
    }

    private static string Describe(SampledRow row) =>
        $"{row.Slice} {row.Position} {row.Token} {row.LogProb:R} {string.Join(' ', row.Top.Select(static top => $"{top.Token} {top.LogProb:R}"))}";

    /// <summary>A step of slices that decode, verify guesses, measure their prompt, or want nothing; some logits are not finite.</summary>
    private static Step Filled(int seed, out float[] logits)
    {
        Random random = new(seed);
        Step step = new();
        int count = random.Next(1, 12);
        for (int i = 0; i < count; i++)
        {
            int kind = random.Next(4);
            int[] tokens = [.. Enumerable.Range(0, kind == 0 ? 1 : random.Next(1, 5)).Select(_ => random.Next(Vocabulary))];
            int? logProbs = random.Next(3) == 0 ? 2 : null;
            SliceOutput output = kind switch
            {
                0 => new SliceOutput(SamplingOf(random, logProbs)) { LogProbs = logProbs },
                1 => new SliceOutput(SamplingOf(random, logProbs), Guesses: tokens.Length - 1) { LogProbs = logProbs },
                2 => new SliceOutput(null, Measured: true, Next: random.Next(Vocabulary)) { LogProbs = 2 },
                _ => new SliceOutput(null),
            };
            step.Add(tokens, random.Next(20), [0, 1, 2], output);
        }

        logits = [.. Enumerable.Range(0, step.Batch.LogitRowCount * Vocabulary).Select(_ => (random.NextSingle() * 8) - 4)];
        if (logits.Length > 0 && random.Next(4) == 0)
        {
            logits[random.Next(logits.Length)] = float.NaN;
        }

        return step;
    }

    private static SequenceSampling SamplingOf(Random random, int? logProbs)
    {
        SamplingParameters parameters = new()
        {
            Temperature = random.Next(3) == 0 ? 0 : 1,
            TopP = random.Next(2) == 0 ? 1 : 0.9f,
            Seed = (ulong)random.Next(),
            FrequencyPenalty = random.Next(2),
            LogProbs = logProbs,
        };
        return new SequenceSampling(new GenerationRequest { RequestId = "r", Prompt = new int[] { 1, 2, 3 }, MaxTokens = 9, Sampling = parameters }, 0, [], []);
    }
}
