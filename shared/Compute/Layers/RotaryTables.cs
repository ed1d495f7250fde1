using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Memory;
using OrleansInference.Compute.Threading;

namespace OrleansInference.Compute.Layers;

/// <summary>Cosines and sines of a step's positions, computed once a step for all layers with the same frequencies.</summary>
internal sealed unsafe class RotaryTables(float[] inverseFrequencies, int maxRows) : IRowOperation, IDisposable
{
    private readonly NativeBuffer<float> _tables = new((long)maxRows * 2 * inverseFrequencies.Length);
    private StepContext? _context;
    private long _step;

    public int Half { get; } = inverseFrequencies.Length;

    public ReadOnlySpan<float> InverseFrequencies => inverseFrequencies;

    /// <summary>[2, half]: cosines, then sines.</summary>
    public float* Table(int row) => _tables.Pointer + ((long)row * 2 * Half);

    public void Prepare(StepContext step)
    {
        if (_step != step.Step)
        {
            (_context, _step) = (step, step.Step);
            step.RowWork.Run(this, step.Batch.RowCount);
        }
    }

    public void Row(int row) => Rotary.FillTable(_context!.Positions[row], inverseFrequencies, Table(row));

    public void Dispose() => _tables.Dispose();
}
