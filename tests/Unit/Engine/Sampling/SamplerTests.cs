using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Models;

namespace OrleansInference.Unit.Engine.Sampling;

public sealed class SamplerTests
{
    [Fact]
    public void Equals_the_reference_on_random_inputs()
    {
        int seed = Seed.Next();
        Random random = new(seed);
        for (int round = 0; round < 3000; round++)
        {
            int vocabulary = 1 + random.Next(200);
            double spread = Math.Pow(10, random.NextDouble() * 3 - 1);
            float[] logits = [.. Enumerable.Range(0, vocabulary).Select(_ => (float)Math.Round((random.NextDouble() - 0.5) * spread, random.Next(1, 4)))];
            GenerationRequest request = RandomRequest(random, vocabulary);
            int[] generated = [.. Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(vocabulary))];
            int[] endings = vocabulary > 4 ? [1, 3] : [];
            SequenceSampling sequence = new(request, random.Next(3), endings, generated);
            float[] before = [.. logits];

            int token = new Sampler(vocabulary).Sample(logits, sequence, round, []).Token;

            float[] scores = ReferenceSampler.Adjust(logits, request, generated, endings);
            int expected = request.Sampling.Temperature == 0
                ? Array.IndexOf(scores, scores.Max())
                : ReferenceSampler.Draw(ReferenceSampler.Kept(scores, request.Sampling), Philox.Draw(request.Sampling.Seed, sequence.Choice, round));
            Assert.True(expected == token, $"seed {seed}, round {round}: expected {expected}, was {token}, {request.Sampling}");
            Assert.Equal(before, logits);
        }
    }

    [Fact]
    public void The_kept_set_is_exactly_the_references()
    {
        int seed = Seed.Next();
        Random random = new(seed);
        for (int round = 0; round < 150; round++)
        {
            int vocabulary = 2 + random.Next(12);
            float[] logits = [.. Enumerable.Range(0, vocabulary).Select(_ => (float)random.Next(-2, 3))];
            SamplingParameters parameters = new()
            {
                TopK = random.Next(vocabulary + 2),
                TopP = random.Next(3) == 0 ? 1 : 0.05f + (random.NextSingle() * 0.9f),
                MinP = random.Next(3) == 0 ? 0.2f : 0,
                Seed = (ulong)random.NextInt64(),
            };
            Sampler sampler = new(vocabulary);
            SequenceSampling sequence = Sequence(parameters);
            HashSet<int> drawn = [.. Enumerable.Range(0, 1500).Select(position => sampler.Sample(logits, sequence, position, []).Token)];
            HashSet<int> likely = [.. ReferenceSampler.Kept(logits, parameters).Where(entry => entry.Value > 0.01).Select(entry => entry.Key)];
            HashSet<int> kept = [.. ReferenceSampler.Kept(logits, parameters).Keys];
            Assert.True(likely.IsSubsetOf(drawn) && drawn.IsSubsetOf(kept), $"seed {seed}, round {round}: {string.Join(',', logits)} with {parameters} drew {string.Join(',', drawn)}");
        }
    }

    [Theory]
    [InlineData(2, 1f, 0f, "1,2")]
    [InlineData(3, 1f, 0f, "1,2,4")]
    [InlineData(0, 0.5f, 0f, "1,2")]
    [InlineData(0, 0.51f, 0f, "1,2,4")]
    [InlineData(0, 0.0001f, 0f, "1")]
    [InlineData(0, 1f, 1f, "1,2,4,5")]
    [InlineData(3, 0.6f, 0f, "1,2")]
    public void Ties_are_broken_by_the_lowest_id_in_top_k_and_top_p_and_all_kept_by_min_p(int topK, float topP, float minP, string expected)
    {
        float[] logits = [-80, 5, 5, -80, 5, 5];
        Sampler sampler = new(logits.Length);
        SequenceSampling sequence = Sequence(new() { TopK = topK, TopP = topP, MinP = minP, Seed = 7 });
        int[] drawn = [.. Enumerable.Range(0, 400).Select(position => sampler.Sample(logits, sequence, position, []).Token).Distinct().Order()];
        Assert.Equal(expected, string.Join(',', drawn));
    }

    [Theory]
    [InlineData(1f, 0, 1f, 0f)]
    [InlineData(0.6f, 0, 0.95f, 0f)]
    [InlineData(1.7f, 7, 1f, 0f)]
    [InlineData(1f, 0, 1f, 0.1f)]
    public void Draws_follow_the_distribution(float temperature, int topK, float topP, float minP)
    {
        const int Draws = 40_000;
        float[] logits = [.. Enumerable.Range(0, 20).Select(i => MathF.Sin(i * 1.3f) * 2)];
        SamplingParameters parameters = new() { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, Seed = 12345 };
        Sampler sampler = new(logits.Length);
        SequenceSampling sequence = Sequence(parameters);
        int[] counts = new int[logits.Length];
        for (int position = 0; position < Draws; position++)
        {
            counts[sampler.Sample(logits, sequence, position, []).Token]++;
        }

        Dictionary<int, double> expected = ReferenceSampler.Kept(logits, parameters);
        double chiSquare = expected.Sum(entry => Math.Pow(counts[entry.Key] - (entry.Value * Draws), 2) / (entry.Value * Draws));
        Assert.Equal(Draws, expected.Keys.Sum(token => counts[token]));
        Assert.True(chiSquare < 43.8, $"chi-square {chiSquare} with {expected.Count - 1} degrees of freedom exceeds the 0.1 % point of 19");
    }

    [Fact]
    public void Log_probabilities_are_the_models_own_and_ties_go_by_id()
    {
        float[] logits = [1, 3, 2, 3, -1, 0.5f, 0.25f, 2, 2];
        double sum = logits.Sum(logit => Math.Exp(logit));
        SamplingParameters parameters = new() { Temperature = 0, LogProbs = 5, RepetitionPenalty = 3, LogitBias = new Dictionary<int, float> { [4] = 100 } };
        TokenLogProb[] top = new TokenLogProb[5];
        SampledToken sampled = new Sampler(logits.Length).Sample(logits, Sequence(parameters), 3, top);
        Assert.Equal(4, sampled.Token);
        Assert.Equal(-1 - Math.Log(sum), sampled.LogProb, 5);
        Assert.Equal([1, 3, 2, 7, 8], top.Select(entry => entry.Token));
        Assert.All(top, entry => Assert.Equal(logits[entry.Token] - Math.Log(sum), entry.LogProb, 5));
    }

    [Fact]
    public void Large_flat_and_peaked_rows_keep_the_right_number_of_tokens()
    {
        const int Vocabulary = 151_936;
        Sampler sampler = new(Vocabulary);
        float[] flat = new float[Vocabulary];
        SequenceSampling half = Sequence(new() { TopP = 0.5f, Seed = 3 });
        Assert.All(Enumerable.Range(0, 20), position => Assert.InRange(sampler.Sample(flat, half, position, []).Token, 0, (Vocabulary / 2) - 1));

        float[] peaked = [.. Enumerable.Range(0, Vocabulary).Select(i => i == 77_777 ? 40f : -i * 1e-4f)];
        SequenceSampling wide = Sequence(new() { Temperature = 1, TopK = 1000, TopP = 0.999f, Seed = 3 });
        Assert.Equal(77_777, sampler.Sample(peaked, wide, 0, []).Token);
    }

    [Fact]
    public void A_choice_does_not_depend_on_what_else_the_sampler_serves()
    {
        Random random = new(5);
        float[][] rows = [.. Enumerable.Range(0, 12).Select(_ => Enumerable.Range(0, 777).Select(_ => random.NextSingle() * 8).ToArray())];
        SequenceSampling[] sequences = [.. rows.Select((_, i) => Sequence(new() { TopP = 0.5f + (i * 0.03f), TopK = i * 20, Seed = (ulong)i, FrequencyPenalty = i % 2 }))];
        int[] alone = [.. rows.Select((row, i) => new Sampler(777).Sample(row, sequences[i], i, []).Token)];
        Sampler shared = new(777);
        foreach (int[] order in Enumerable.Range(0, 20).Select(_ => Enumerable.Range(0, rows.Length).OrderBy(_ => random.Next()).ToArray()))
        {
            Assert.All(order, i => Assert.Equal(alone[i], shared.Sample(rows[i], sequences[i], i, []).Token));
        }
    }

    [Fact]
    public void A_sequence_resumed_from_its_log_goes_on_as_if_never_interrupted()
    {
        GenerationRequest request = RandomRequest(new Random(9), 50) with { MinTokens = 7 };
        request = request with { Sampling = new() { RepetitionPenalty = 1.3f, PresencePenalty = 0.4f, FrequencyPenalty = 0.7f, Temperature = 1.2f, Seed = 4 } };
        float[] logits = [.. Enumerable.Range(0, 50).Select(i => MathF.Sin(i) * 2)];
        Sampler sampler = new(50);
        SequenceSampling whole = new(request, 1, [3, 4]);
        List<int> log = [];
        for (int i = 0; i < 40; i++)
        {
            SequenceSampling resumed = new(request, 1, [3, 4], [.. log]);
            int token = sampler.Sample(logits, whole, i, []).Token;
            Assert.Equal(token, sampler.Sample(logits, resumed, i, []).Token);
            whole.Append(token);
            log.Add(token);
        }
    }

    [Fact]
    public void Nothing_is_allocated_in_steady_state()
    {
        float[] logits = [.. Enumerable.Range(0, 5000).Select(i => MathF.Sin(i) * 9)];
        Sampler sampler = new(logits.Length);
        SamplingParameters parameters = new() { TopK = 50, TopP = 0.9f, MinP = 0.01f, LogProbs = 3, PresencePenalty = 1, LogitBias = new Dictionary<int, float> { [4] = 1 }, Watermark = 5 };
        SequenceSampling sequence = Sequence(parameters);
        TokenLogProb[] top = new TokenLogProb[3];
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int position = 0; position < 50; position++)
            {
                sampler.Sample(logits, sequence, position, top);
            }
        }));
    }

    [Fact]
    public void Logits_that_are_no_numbers_fail_with_an_error_that_says_so()
    {
        InferenceException error = Assert.Throws<InferenceException>(() => new Sampler(3).Sample([0, float.NaN, 1], Sequence(new()), 9, []));
        Assert.Contains("NaN", error.Message, StringComparison.Ordinal);
    }

    private static SequenceSampling Sequence(SamplingParameters parameters) =>
        new(new() { RequestId = "r", Prompt = new[] { 0, 1 }, MaxTokens = 10, Sampling = parameters }, 0, []);

    private static GenerationRequest RandomRequest(Random random, int vocabulary) => new()
    {
        RequestId = "r",
        Prompt = Enumerable.Range(0, 1 + random.Next(5)).Select(_ => random.Next(vocabulary)).ToArray(),
        MaxTokens = 10,
        MinTokens = random.Next(4),
        Sampling = new()
        {
            Temperature = random.Next(4) == 0 ? 0 : 0.05f + (random.NextSingle() * 2),
            TopK = random.Next(2) == 0 ? 0 : random.Next(vocabulary + 5),
            TopP = random.Next(2) == 0 ? 1 : 0.01f + (random.NextSingle() * 0.98f),
            MinP = random.Next(2) == 0 ? 0 : random.NextSingle(),
            RepetitionPenalty = random.Next(2) == 0 ? 1 : 0.5f + random.NextSingle(),
            PresencePenalty = random.Next(2) == 0 ? 0 : (random.NextSingle() * 4) - 2,
            FrequencyPenalty = random.Next(2) == 0 ? 0 : (random.NextSingle() * 4) - 2,
            LogitBias = random.Next(3) == 0 ? new Dictionary<int, float> { [random.Next(vocabulary)] = random.Next(-5, 6) } : [],
            Watermark = random.Next(3) == 0 ? (ulong)random.NextInt64() : null,
            Seed = (ulong)random.NextInt64(),
        },
    };
}
