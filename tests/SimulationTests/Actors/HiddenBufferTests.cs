using System.Buffers;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Cluster.Stage;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>Hidden states on their way from one stage to the next, as bytes.</summary>
public sealed class HiddenBufferTests
{
    private const int Width = 100_003; // of no other test
    private const int Steps = 24;
    private const int Warm = 4;

    private readonly CollectingPort _port = new();
    private readonly IdleWork _firstWork = new(Width);
    private readonly IdleWork _lastWork = new(Width);
    private readonly StageActor _first;
    private readonly StageActor _last;
    private readonly ArrayBufferWriter<byte> _bytes = new(1 << 20);

    public HiddenBufferTests()
    {
        StageOptions options = new() { JournalPages = 1 };
        _first = new StageActor(StageFixture.Self, _firstWork, _port, options);
        _last = new StageActor(StageFixture.Other, _lastWork, _port, options);
        _first.Receive(new JoinPlan(StageFixture.Plan(1), 0, 1, []));
        _last.Receive(new JoinPlan(StageFixture.Plan(1), 0, 1, []));
        _port.Sent.Clear();
    }

    [Fact]
    public void Steps_of_a_steady_load_take_no_new_arrays()
    {
        for (int number = 1; number <= Warm; number++)
        {
            Run(number);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int number = Warm + 1; number <= Steps; number++)
        {
            Run(number);
        }

        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / (Steps - Warm);
        Assert.InRange(each, 0, Width * sizeof(float) / 10);
        Assert.Equal(1, _firstWork.Last);
        Assert.Equal(2, _lastWork.Last);
    }

    [Fact]
    public void What_may_be_asked_for_again_is_left_alone()
    {
        StepForward first = Forward(1, completed: 0);
        float[] kept = [.. first.Hidden];
        for (int number = 2; number <= 5; number++)
        {
            Forward(number, completed: 0);
        }

        Assert.Equal(kept, Forward(1, completed: 0).Hidden);
    }

    /// <summary>A step through both stages; all before it are back at the router.</summary>
    private void Run(int number)
    {
        StepForward forward = Forward(number, number - 1);
        _bytes.ResetWrittenCount();
        ControlCodec.Write(_bytes, forward);
        _last.Receive(ControlCodec.Read(_bytes.WrittenSpan));
        Assert.IsType<StepDone>(_port.Sent[^1].Message);
        _port.Sent.Clear();
    }

    private StepForward Forward(int number, long completed)
    {
        _first.Receive(StageFixture.Step(1, number) with { Completed = completed });
        StepForward forward = Assert.IsType<StepForward>(_port.Sent[^1].Message);
        _port.Sent.Clear();
        return forward;
    }
}
