using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Pages;
using OrleansInference.Compute.Threading;

namespace OrleansInference.Compute.Layers;

/// <summary>Adds the projections' bias, turns queries and keys to their positions, and writes keys and values to the pages.</summary>
internal sealed unsafe class HeadWriter(GroupedQueryAttentionSpec spec, float* bias, long layerOffset, RotaryTables tables) : IRowOperation
{
    private readonly int _heads = spec.Heads;
    private readonly KvBlockShape _shape = new(spec.KvHeads, spec.HeadDim);
    private readonly float* _bias = bias;
    private StepContext _step = null!;

    private int Outputs => (_heads + (2 * _shape.KvHeads)) * _shape.HeadDim;

    public void Run(StepContext step)
    {
        _step = step;
        tables.Prepare(step);
        step.RowWork.Run(this, step.Batch.RowCount);
    }

    public void Row(int row)
    {
        float* query = _step.Wide + ((nint)row * StepContext.Pad(Outputs)); // [heads + 2 kvHeads, headDim]
        if (_bias != null)
        {
            Elementwise.Add(_bias, Outputs, query);
        }

        float* key = query + (_heads * _shape.HeadDim);
        for (int head = 0; head < _heads + _shape.KvHeads; head++)
        {
            Rotary.Apply(query + (head * _shape.HeadDim), tables.Half, tables.Table(row));
        }

        int position = _step.Positions[row];
        SequenceSlice slice = _step.Batch.Slices[_step.Slices[row]];
        int page = _step.Batch.Pages[slice.FirstPage + (position / KvLayout.PageTokens)];
        byte* layer = _step.Pool.Page(page) + layerOffset;
        if (_step.Pool.Type == KvType.Float32)
        {
            Write<Float32Kv>(key, position % KvLayout.PageTokens, layer);
        }
        else
        {
            Write<BFloat16Kv>(key, position % KvLayout.PageTokens, layer);
        }
    }

    private void Write<TKv>(float* key, int slot, byte* layer)
        where TKv : struct, IKvFormat
    {
        int elements = _shape.KvHeads * _shape.HeadDim;
        byte* keys = layer + (slot * TKv.ElementBytes); // [kvHeads, headDim, 16]
        for (int i = 0; i < elements; i++)
        {
            TKv.Store(keys + (i * KvLayout.PageTokens * TKv.ElementBytes), key[i]);
        }

        for (int head = 0; head < _shape.KvHeads; head++)
        {
            float* value = key + elements + (head * _shape.HeadDim);
            int offset = _shape.KeyElements + (((head * KvLayout.PageTokens) + slot) * _shape.PaddedHeadDim); // [kvHeads, 16, padded headDim]
            for (int d = 0; d < _shape.HeadDim; d++)
            {
                TKv.Store(layer + ((offset + d) * TKv.ElementBytes), value[d]);
            }
        }
    }
}
