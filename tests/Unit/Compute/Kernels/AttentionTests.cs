using OrleansInference.Compute.Pages;

namespace OrleansInference.Unit.Compute.Kernels;

[Trait("Category", "InstructionSets")]
public sealed class AttentionTests
{
    private const int Length = 51;
    private static readonly int[] InOrder = [0, 1, 2, 3];

    // Around both borders of the second page, the first position and the last.
    private static readonly int[] Positions = [0, 1, 14, 15, 16, 17, 18, 31, 32, 33, 50];

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(64)]
    [InlineData(128)]
    public void Equals_the_textbook(int headDim)
    {
        Textbook<Float32Kv>(headDim);
        Textbook<BFloat16Kv>(headDim);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(128)]
    public void A_row_does_not_depend_on_the_rows_beside_it(int headDim)
    {
        Together<Float32Kv>(headDim);
        Together<BFloat16Kv>(headDim);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(64)]
    public void What_lies_behind_the_position_and_where_the_pages_lie_does_not_matter(int headDim)
    {
        Elsewhere<Float32Kv>(headDim);
        Elsewhere<BFloat16Kv>(headDim);
    }

    private static void Textbook<TKv>(int headDim)
        where TKv : struct, IKvFormat
    {
        using AttentionFixture<TKv> fixture = new(headDim, InOrder, Length, seed: headDim);
        float[][] queries = Queries(headDim, Positions.Length);
        for (int kvHead = 0; kvHead < AttentionFixture<TKv>.KvHeads; kvHead++)
        {
            for (int i = 0; i < Positions.Length; i++)
            {
                float[] actual = fixture.Run(kvHead, [Positions[i]], [queries[i]])[0];
                double[] expected = fixture.Reference(kvHead, Positions[i], queries[i]);
                for (int d = 0; d < headDim; d++)
                {
                    Assert.True(Math.Abs(expected[d] - actual[d]) < 3e-6, $"position {Positions[i]}, element {d}: {actual[d]}, expected {expected[d]}");
                }
            }
        }
    }

    private static void Together<TKv>(int headDim)
        where TKv : struct, IKvFormat
    {
        using AttentionFixture<TKv> fixture = new(headDim, InOrder, Length, seed: headDim);
        Random random = new(headDim);
        float[][] queries = Queries(headDim, Positions.Length);
        float[][] alone = [.. Positions.Select((position, i) => fixture.Run(1, [position], [queries[i]])[0])];
        for (int attempt = 0; attempt < 60; attempt++)
        {
            int[] chosen = [.. Enumerable.Range(0, 1 + (attempt % 8)).Select(_ => random.Next(Positions.Length))];
            float[][] together = fixture.Run(1, [.. chosen.Select(i => Positions[i])], [.. chosen.Select(i => queries[i])]);
            for (int row = 0; row < chosen.Length; row++)
            {
                Numbers.AssertSameBits(alone[chosen[row]], together[row], $"rows at {string.Join(", ", chosen.Select(i => Positions[i]))}, row {row}");
            }
        }
    }

    private static void Elsewhere<TKv>(int headDim)
        where TKv : struct, IKvFormat
    {
        using AttentionFixture<TKv> fixture = new(headDim, InOrder, Length, seed: 4);
        using AttentionFixture<TKv> clean = new(headDim, InOrder, Length, seed: 4, garbage: 0);
        using AttentionFixture<TKv> permuted = new(headDim, [2, 0, 3, 1], Length, seed: 4);
        float[][] queries = Queries(headDim, Positions.Length);
        for (int i = 0; i < Positions.Length; i++)
        {
            using AttentionFixture<TKv> cut = new(headDim, [3, 2, 1, 0], Positions[i] + 1, seed: 4);
            float[] expected = fixture.Run(0, [Positions[i]], [queries[i]])[0];
            Numbers.AssertSameBits(expected, clean.Run(0, [Positions[i]], [queries[i]])[0], $"zeros behind position {Positions[i]}");
            Numbers.AssertSameBits(expected, permuted.Run(0, [Positions[i]], [queries[i]])[0], $"other pages, position {Positions[i]}");
            Numbers.AssertSameBits(expected, cut.Run(0, [Positions[i]], [queries[i]])[0], $"nothing behind position {Positions[i]}");
        }
    }

    private static float[][] Queries(int headDim, int count)
    {
        Random random = new(99);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, headDim).Select(_ => (float)(random.NextDouble() - 0.5) * 6).ToArray())];
    }
}
