using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Pages;

namespace OrleansInference.Compute.Layers;

/// <summary>
/// Cuts a step's attention into tasks of up to eight query rows (token by token, the heads of a group side by side) for each slice and key-value head,
/// and runs them on all workers.
/// </summary>
internal sealed unsafe class PagedAttention(GroupedQueryAttentionSpec spec, long layerOffset) : IParallelWork
{
    private readonly KvBlockShape _shape = new(spec.KvHeads, spec.HeadDim);
    private readonly int _heads = spec.Heads;
    private readonly int _group = spec.Heads / spec.KvHeads;
    private readonly int _wideFloats = StepContext.Pad((spec.Heads + (2 * spec.KvHeads)) * spec.HeadDim);
    private readonly int _narrowFloats = StepContext.Pad(spec.Heads * spec.HeadDim);

    // 1 / sqrt(headDim), both operations rounded correctly.
    private readonly float _scale = 1f / MathF.Sqrt(spec.HeadDim);
    private Tile[] _tiles = new Tile[64];
    private StepContext _step = null!;

    private readonly record struct Tile(int Slice, int KvHead, int FirstRow, int Rows);

    public void Run(StepContext step)
    {
        _step = step;
        step.Team.Run(this, Cut(step.Batch.Slices));
    }

    public void RunTile(int tile, int worker)
    {
        (int sliceIndex, int kvHead, int firstRow, int rows) = _tiles[tile];
        SequenceSlice slice = _step.Batch.Slices[sliceIndex];
        float** queries = stackalloc float*[AttentionTask.MaxRows];
        float** outputs = stackalloc float*[AttentionTask.MaxRows];
        int* positions = stackalloc int[AttentionTask.MaxRows];
        for (int i = 0; i < rows; i++)
        {
            (int token, int member) = Math.DivRem(firstRow + i, _group);
            int row = slice.FirstRow + token;
            int head = (kvHead * _group) + member;
            queries[i] = _step.Wide + ((nint)row * _wideFloats) + (head * _shape.HeadDim);
            outputs[i] = _step.Narrow + ((nint)row * _narrowFloats) + (head * _shape.HeadDim);
            positions[i] = slice.Start + token;
        }

        AttentionTask task = new()
        {
            Queries = queries,
            Outputs = outputs,
            Positions = positions,
            Rows = rows,
            Pages = _step.Batch.Pages.Slice(slice.FirstPage, slice.PageCount),
            Pool = _step.Pool,
            LayerOffset = layerOffset,
            Shape = _shape,
            KvHead = kvHead,
            Scale = _scale,
            Scratch = _step.WorkerScratch(worker),
        };
        if (_step.Pool.Type == KvType.Float32)
        {
            Attention.Run<Float32Kv>(task);
        }
        else
        {
            Attention.Run<BFloat16Kv>(task);
        }
    }

    private int Cut(ReadOnlySpan<SequenceSlice> slices)
    {
        int count = 0;
        for (int s = 0; s < slices.Length; s++)
        {
            int rows = slices[s].Count * _group;
            int tasks = (rows + AttentionTask.MaxRows - 1) / AttentionTask.MaxRows;
            if (count + (tasks * _shape.KvHeads) > _tiles.Length)
            {
                Array.Resize(ref _tiles, Math.Max(2 * _tiles.Length, count + (tasks * _shape.KvHeads)));
            }

            for (int kvHead = 0; kvHead < _shape.KvHeads; kvHead++)
            {
                for (int first = 0; first < rows; first += AttentionTask.MaxRows)
                {
                    _tiles[count++] = new Tile(s, kvHead, first, Math.Min(AttentionTask.MaxRows, rows - first));
                }
            }
        }

        return count;
    }
}
