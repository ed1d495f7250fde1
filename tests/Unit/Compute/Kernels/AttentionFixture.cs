using OrleansInference.Compute;
using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Memory;
using OrleansInference.Compute.Pages;

namespace OrleansInference.Unit.Compute.Kernels;

/// <summary>One sequence's keys and values in the second layer of a pool whose every other byte is NaN, and queries at given positions.</summary>
internal sealed unsafe class AttentionFixture<TKv> : IDisposable
    where TKv : struct, IKvFormat
{
    public const int KvHeads = 2;
    private const int Tokens = KvLayout.PageTokens;

    private readonly KvBlockShape _shape;
    private readonly PagePool _pool;
    private readonly long _layerOffset;
    private readonly int[] _pages;
    private readonly NativeBuffer<float> _scratch;
    private readonly float[] _keys; // [length, kvHeads, headDim], as rounded by the format
    private readonly float[] _values; // likewise

    /// <param name="pages">Page numbers, a permutation of 0 … n − 1.</param>
    /// <param name="length">Positions that hold keys and values; what lies behind them stays NaN.</param>
    /// <param name="garbage">What every byte of the pool is before.</param>
    public AttentionFixture(int headDim, int[] pages, int length, int seed, byte garbage = 0xFF)
    {
        Random random = new(seed);
        KvType type = TKv.ElementBytes == sizeof(float) ? KvType.Float32 : KvType.BFloat16;
        _shape = new KvBlockShape(KvHeads, headDim);
        _pool = new PagePool([_shape, _shape, _shape], type, pages.Length);
        _layerOffset = PagePool.LayerBytes(_shape, type);
        _pages = pages;
        _scratch = new NativeBuffer<float>(Attention.ScratchFloats(_shape) + 64);
        _keys = new float[length * KvHeads * headDim];
        _values = new float[length * KvHeads * headDim];
        for (int page = 0; page < pages.Length; page++)
        {
            _pool.Bytes(page).Fill(garbage);
        }

        for (int i = 0; i < _keys.Length; i++)
        {
            (int position, int element) = Math.DivRem(i, KvHeads * headDim);
            _keys[i] = Put(position, Key(element, position % Tokens), (float)(random.NextDouble() - 0.5) * 4);
            _values[i] = Put(position, Value(element, position % Tokens), (float)(random.NextDouble() - 0.5) * 4);
        }
    }

    private float Scale => 1f / MathF.Sqrt(_shape.HeadDim);

    /// <summary>Attends with all queries in one task, [rows][headDim].</summary>
    public float[][] Run(int kvHead, ReadOnlySpan<int> positions, ReadOnlySpan<float[]> queries)
    {
        const int Slack = 16;
        int rows = positions.Length;
        using NativeBuffer<float> input = new((long)rows * _shape.HeadDim);
        using NativeBuffer<float> output = new((long)rows * (_shape.HeadDim + Slack));
        output.Span.Fill(Numbers.Untouched);
        _scratch.Span.Fill(float.NaN);
        _scratch.Span[Attention.ScratchFloats(_shape)..].Fill(Numbers.Untouched);
        float** inputs = stackalloc float*[AttentionTask.MaxRows];
        float** outputs = stackalloc float*[AttentionTask.MaxRows];
        for (int row = 0; row < rows; row++)
        {
            inputs[row] = input.Pointer + (row * _shape.HeadDim);
            outputs[row] = output.Pointer + (row * (_shape.HeadDim + Slack));
            queries[row].CopyTo(new Span<float>(inputs[row], _shape.HeadDim));
        }

        fixed (int* at = positions)
        {
            AttentionTask task = new()
            {
                Queries = inputs,
                Outputs = outputs,
                Positions = at,
                Rows = rows,
                Pages = _pages,
                Pool = _pool,
                LayerOffset = _layerOffset,
                Shape = _shape,
                KvHead = kvHead,
                Scale = Scale,
                Scratch = _scratch.Pointer,
            };
            Attention.Run<TKv>(task);
        }

        float[][] results = new float[rows][];
        for (int row = 0; row < rows; row++)
        {
            results[row] = new ReadOnlySpan<float>(outputs[row], _shape.HeadDim).ToArray();
            Numbers.AssertUntouched(outputs[row] + _shape.HeadDim, Slack, $"behind output {row}");
        }

        Numbers.AssertUntouched(_scratch.Pointer + Attention.ScratchFloats(_shape), 64, "behind the scratch");
        return results;
    }

    /// <summary>The textbook: all scores, softmax, weighted sum, in double precision.</summary>
    public double[] Reference(int kvHead, int position, float[] query)
    {
        int width = _shape.HeadDim;
        double[] scores = [.. Enumerable.Range(0, position + 1).Select(t => Scale * Enumerable.Range(0, width).Sum(d => (double)query[d] * _keys[Index(t, kvHead, d)]))];
        double largest = scores.Max();
        double[] weights = [.. scores.Select(score => Math.Exp(score - largest))];
        return [.. Enumerable.Range(0, width).Select(d => weights.Select((weight, t) => weight * _values[Index(t, kvHead, d)]).Sum() / weights.Sum())];
    }

    public void Dispose()
    {
        _pool.Dispose();
        _scratch.Dispose();
    }

    private int Index(int position, int kvHead, int d) => (((position * KvHeads) + kvHead) * _shape.HeadDim) + d;

    private static int Key(int element, int slot) => (element * Tokens) + slot;

    private int Value(int element, int slot)
    {
        (int head, int d) = Math.DivRem(element, _shape.HeadDim);
        return _shape.KeyElements + (((head * Tokens) + slot) * _shape.PaddedHeadDim) + d;
    }

    private float Put(int position, int element, float value)
    {
        byte* at = _pool.Page(_pages[position / Tokens]) + _layerOffset + ((long)element * TKv.ElementBytes);
        TKv.Store(at, value);
        return TKv.ElementBytes == sizeof(float) ? *(float*)at : Numbers.Widen(*(ushort*)at);
    }
}
