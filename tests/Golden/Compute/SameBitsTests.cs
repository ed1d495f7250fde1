using OrleansInference.Compute;
using OrleansInference.Golden.Models;

namespace OrleansInference.Golden.Compute;

/// <summary>How a sequence is cut into steps, batches, stages and threads must not change one bit of its logits.</summary>
public sealed class SameBitsTests
{
    private static readonly string[] Models = ["qwen2", "qwen2-tied", "llama3", "qwen2-fp32"];

    public static TheoryData<string> Names => [.. Models];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryChunkLengthGivesTheSameLogits(string name)
    {
        using GoldenModel model = new(name);
        int[] tokens = GoldenModel.Sequences(name).Last().Tokens;
        float[] whole = model.Prefill(tokens, tokens.Length);
        for (int chunk = 1; chunk < tokens.Length; chunk++)
        {
            Assert.True(whole.AsSpan().SequenceEqual(model.Prefill(tokens, chunk)), $"{name}: chunks of {chunk} give other logits");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryNumberOfStagesAndThreadsGivesTheSameLogits(string name)
    {
        int[] tokens = GoldenModel.Sequences(name).Last().Tokens;
        float[] expected = Logits(name, tokens, new ComputeOptions { Threads = 1 });
        for (int stages = 1; stages <= 2; stages++)
        {
            for (int threads = 1; threads <= 5; threads++)
            {
                float[] logits = Logits(name, tokens, new ComputeOptions { Threads = threads, Stages = stages });
                Assert.True(expected.AsSpan().SequenceEqual(logits), $"{name}: {stages} stages on {threads} threads give other logits");
            }
        }
    }

    [Fact]
    public void TheDemoModelGivesTheSameLogitsOnUpToEightStages()
    {
        string demo = GoldenFolders.Demo();
        int[] tokens = [.. Enumerable.Range(0, 100).Select(static i => (i * 37) % 960)];
        float[] expected = Logits(demo, tokens, new ComputeOptions { Threads = 2 });
        for (int stages = 2; stages <= 8; stages++)
        {
            Assert.Equal(GoldenModel.Digest(expected), GoldenModel.Digest(Logits(demo, tokens, new ComputeOptions { Threads = 2, Stages = stages })));
        }
    }

    [Theory]
    [InlineData(KvType.Float32)]
    [InlineData(KvType.BFloat16)]
    public void ASequenceInABatchGivesTheLogitsThatItGivesAlone(KvType kvType)
    {
        const int Sequences = 19;
        using GoldenModel model = new("llama3", new ComputeOptions { Threads = 2, KvType = kvType });
        int[] tokens = GoldenModel.Sequences("llama3").Last().Tokens;
        int vocabulary = model.Device.VocabularySize;
        StepBatch batch = new();
        List<float[]> alone = [];
        for (int s = 0; s < Sequences; s++)
        {
            alone.Add([.. model.Row(model.Prefill(tokens[..Length(s)], 7), Length(s) - 1)]);
        }

        // Prompts of different lengths side by side, some prefilled to the last token before, on pages in no order.
        for (int s = 0; s < Sequences; s += 2)
        {
            batch.Clear();
            batch.Add(tokens.AsSpan(0, Length(s) - 1), 0, PagesOf(s), LogitRows.None);
            model.Device.Execute(batch, []);
        }

        batch.Clear();
        for (int s = 0; s < Sequences; s++)
        {
            int start = s % 2 == 0 ? Length(s) - 1 : 0;
            batch.Add(tokens.AsSpan(start, Length(s) - start), start, PagesOf(s), LogitRows.Last);
        }

        float[] together = new float[Sequences * vocabulary];
        model.Device.Execute(batch, together);
        for (int s = 0; s < Sequences; s++)
        {
            Assert.Equal(GoldenModel.Digest(alone[s]), GoldenModel.Digest(together.AsSpan(s * vocabulary, vocabulary)));
        }

        static int Length(int sequence) => 2 + (sequence * 5 % 47);
        static int[] PagesOf(int sequence) => [.. Enumerable.Range(0, 4).Select(i => 100 + (((sequence * 4) + i) * 29 % 128))];
    }

    [Fact]
    public void WhatLiesInAPageBehindThePositionDoesNotMatter()
    {
        using GoldenModel model = new("qwen2");
        int[] tokens = GoldenModel.Sequences("qwen2").Last().Tokens;
        float[] clean = model.Prefill(tokens[..20], 20);
        model.Prefill([.. tokens[..32].Reverse()], 32);
        Assert.True(clean.AsSpan().SequenceEqual(model.Prefill(tokens[..20], 3)));
    }

    private static float[] Logits(string name, int[] tokens, ComputeOptions options)
    {
        using GoldenModel model = new(name, options);
        return model.Prefill(tokens, 64);
    }
}
