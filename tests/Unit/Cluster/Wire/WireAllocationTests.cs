using System.Buffers;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Compute;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Unit.Cluster.Wire;

public sealed class WireAllocationTests
{
    private const int Sequences = 8;
    private const int Width = 4096;

    private readonly ArrayBufferWriter<byte> _output = new(1 << 20);
    private readonly StepForward _step;

    public WireAllocationTests()
    {
        Step step = new();
        for (int i = 0; i < Sequences; i++)
        {
            GenerationRequest request = new() { RequestId = "r", Prompt = new[] { 1 }, MaxTokens = 9 };
            step.Add([i], 40, [1, 2, 3], new SliceOutput(new SequenceSampling(request, 0, [])));
        }

        _step = new StepForward(step, new float[Sequences * Width], 0);
    }

    [Fact]
    public void Writing_a_step_allocates_nothing()
    {
        Assert.Equal(0, Allocations.Least(Write));
    }

    [Fact]
    public void Reading_a_step_allocates_its_hidden_states_once_and_little_else()
    {
        Write();
        long hidden = Sequences * Width * sizeof(float);
        Assert.InRange(Allocations.Least(() => ControlCodec.Read(_output.WrittenSpan)), hidden, hidden + 2500 + (Sequences * 400));
    }

    private void Write()
    {
        _output.ResetWrittenCount();
        ControlCodec.Write(_output, _step);
    }
}
