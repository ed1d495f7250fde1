using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Memory;
using OrleansInference.Compute.Pages;
using OrleansInference.Compute.Threading;

namespace OrleansInference.Compute.Layers;

/// <summary>
/// What the blocks of a stage share while a step runs: the batch with its rows' positions, the workers, and scratch memory that one block uses after the
/// other. Sized once for the largest step.
/// </summary>
internal sealed unsafe class StepContext : IDisposable
{
    private readonly NativeBuffer<int> _positions;
    private readonly NativeBuffer<int> _slices;
    private readonly NativeBuffer<float> _wide;
    private readonly NativeBuffer<float> _narrow;
    private readonly NativeBuffer<float> _workerScratch;
    private readonly int _workerScratchFloats;

    /// <param name="team">The workers that compute.</param>
    /// <param name="pool">The stage's pages.</param>
    /// <param name="hiddenSize">Width of the residual stream.</param>
    /// <param name="needs">The largest requirements of the stage's blocks.</param>
    /// <param name="maxRows">Most rows of a step.</param>
    public StepContext(WorkerTeam team, PagePool pool, int hiddenSize, ScratchNeeds needs, int maxRows)
    {
        Team = team;
        Pool = pool;
        MaxRows = maxRows;
        HiddenSize = hiddenSize;
        HiddenStride = Pad(hiddenSize);
        Multiply = new MatrixMultiply(team, maxRows, needs.MaxInputs);
        RowWork = new RowWork(team);
        _positions = new NativeBuffer<int>(maxRows);
        _slices = new NativeBuffer<int>(maxRows);
        _wide = new NativeBuffer<float>(((long)maxRows * Pad(needs.WideFloats)) + Lanes.Count);
        _narrow = new NativeBuffer<float>((long)maxRows * Pad(needs.NarrowFloats));
        _workerScratchFloats = Pad(needs.WorkerFloats);
        _workerScratch = new NativeBuffer<float>((long)team.Workers * _workerScratchFloats);
    }

    public WorkerTeam Team { get; }

    public PagePool Pool { get; }

    public MatrixMultiply Multiply { get; }

    public RowWork RowWork { get; }

    public int MaxRows { get; }

    public int HiddenSize { get; }

    /// <summary>Floats from one row of hidden states to the next: a multiple of 16, zero behind the row.</summary>
    public int HiddenStride { get; }

    public StepBatch Batch { get; private set; } = null!;

    /// <summary>Number of the step, from 1; identifies what was prepared for a step.</summary>
    public long Step { get; private set; }

    /// <summary>[rows]: absolute positions.</summary>
    public int* Positions => _positions.Pointer;

    /// <summary>[rows]: which slice of the batch each row belongs to.</summary>
    public int* Slices => _slices.Pointer;

    /// <summary>[rows, WideFloats padded]: projections into heads, or gate and up.</summary>
    public float* Wide => _wide.Pointer;

    /// <summary>[rows, NarrowFloats padded]: attention's or the activation's result.</summary>
    public float* Narrow => _narrow.Pointer;

    public float* WorkerScratch(int worker) => _workerScratch.Pointer + ((long)worker * _workerScratchFloats);

    /// <summary>Bytes that a context takes.</summary>
    public static long Bytes(ScratchNeeds needs, int maxRows, int workers) =>
        ((long)maxRows * 2 * sizeof(int)) + MatrixMultiply.Bytes(maxRows, needs.MaxInputs)
        + (sizeof(float) * (((long)maxRows * (Pad(needs.WideFloats) + Pad(needs.NarrowFloats))) + ((long)workers * Pad(needs.WorkerFloats))));

    /// <summary>Rounds up to 16 floats.</summary>
    public static int Pad(int floats) => (floats + Lanes.Count - 1) / Lanes.Count * Lanes.Count;

    public void Begin(StepBatch batch)
    {
        Batch = batch;
        Step++;
        ReadOnlySpan<SequenceSlice> slices = batch.Slices;
        for (int s = 0; s < slices.Length; s++)
        {
            for (int i = 0; i < slices[s].Count; i++)
            {
                Positions[slices[s].FirstRow + i] = slices[s].Start + i;
                Slices[slices[s].FirstRow + i] = s;
            }
        }
    }

    public void Dispose()
    {
        Multiply.Dispose();
        _positions.Dispose();
        _slices.Dispose();
        _wide.Dispose();
        _narrow.Dispose();
        _workerScratch.Dispose();
    }
}

/// <summary>Scratch memory that a block needs.</summary>
/// <param name="MaxInputs">Most inputs of any of its matrices.</param>
/// <param name="WideFloats">Floats a row of <see cref="StepContext.Wide"/>.</param>
/// <param name="NarrowFloats">Floats a row of <see cref="StepContext.Narrow"/>.</param>
/// <param name="WorkerFloats">Floats for each worker.</param>
internal readonly record struct ScratchNeeds(int MaxInputs, int WideFloats, int NarrowFloats, int WorkerFloats)
{
    public ScratchNeeds Max(ScratchNeeds other) => new(
        Math.Max(MaxInputs, other.MaxInputs), Math.Max(WideFloats, other.WideFloats), Math.Max(NarrowFloats, other.NarrowFloats), Math.Max(WorkerFloats, other.WorkerFloats));
}
