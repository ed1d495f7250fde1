using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Threading;
using OrleansInference.Compute.Weights;

namespace OrleansInference.Compute.Layers;

/// <summary>down(silu(gate(x)) · up(x)), gate and up as one matrix.</summary>
internal sealed unsafe class GatedMlp : IBlock
{
    private readonly PackedMatrix _gateUp;
    private readonly PackedMatrix _down;
    private readonly float* _downBias;
    private readonly Activation _activation;

    public GatedMlp(GatedMlpSpec spec, PackedUnit unit)
    {
        _gateUp = unit.Matrix("gate_up");
        _down = unit.Matrix("down");
        _downBias = unit.Vector("down.bias");
        _activation = new Activation(spec.Gate.Outputs, unit.Vector("gate_up.bias"));
    }

    public static void Declare(GatedMlpSpec spec, UnitLayout unit)
    {
        unit.AddLinear("gate_up", spec.Gate, spec.Up);
        unit.AddLinear("down", spec.Down);
    }

    public static ScratchNeeds Needs(GatedMlpSpec spec) =>
        new(Math.Max(spec.Gate.Inputs, spec.Down.Inputs), spec.Gate.Outputs + spec.Up.Outputs, spec.Gate.Outputs, 0);

    public void Forward(StepContext step, float* input, float* output)
    {
        int rows = step.Batch.RowCount;
        nint wide = StepContext.Pad(_gateUp.Outputs);
        nint narrow = StepContext.Pad(_down.Inputs);
        step.Multiply.Multiply(input, step.HiddenStride, rows, _gateUp, step.Wide, wide);
        _activation.Set(step.Wide, wide, step.Narrow, narrow);
        step.RowWork.Run(_activation, rows);
        step.Multiply.Multiply(step.Narrow, narrow, rows, _down, output, step.HiddenStride);
        if (_downBias != null)
        {
            for (int row = 0; row < rows; row++)
            {
                Elementwise.Add(_downBias, _down.Outputs, output + (row * (nint)step.HiddenStride));
            }
        }
    }

    private sealed class Activation(int size, float* bias) : IRowOperation
    {
        private readonly float* _bias = bias;
        private float* _wide;
        private float* _narrow;
        private nint _wideStride;
        private nint _narrowStride;

        public void Set(float* wide, nint wideStride, float* narrow, nint narrowStride)
        {
            _wide = wide;
            _narrow = narrow;
            (_wideStride, _narrowStride) = (wideStride, narrowStride);
        }

        public void Row(int row)
        {
            float* gateUp = _wide + (row * _wideStride);
            if (_bias != null)
            {
                Elementwise.Add(_bias, 2 * size, gateUp);
            }

            Elementwise.Gate(gateUp, gateUp + size, size, _narrow + (row * _narrowStride));
        }
    }
}
