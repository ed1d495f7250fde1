using System.Buffers;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Models;
using OrleansInference.Simulation.Model;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>A step that a stage fails to compute: its sequences end with the error, everything else goes on.</summary>
public sealed class FailedStepTests
{
    private readonly CollectingPort _port = new();
    private readonly FailingWork _firstWork = new();
    private readonly FailingWork _lastWork = new();
    private readonly StageActor _first;
    private readonly StageActor _last;
    private readonly List<long> _told = [];

    public FailedStepTests()
    {
        _first = new StageActor(StageFixture.Self, _firstWork, _port, new StageOptions()) { StepFailed = (step, _) => _told.Add(step) };
        _last = new StageActor(StageFixture.Other, _lastWork, _port, new StageOptions()) { StepFailed = (step, _) => _told.Add(step) };
        _first.Receive(new JoinPlan(StageFixture.Plan(1), 0, 1, []));
        _last.Receive(new JoinPlan(StageFixture.Plan(1), 0, 1, []));
        _port.Sent.Clear();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_sequence_of_the_step_gets_the_error_whichever_stage_failed(bool first)
    {
        (first ? _firstWork : _lastWork).Fails = new InvalidOperationException("device lost");
        StepDone done = Run(1);
        Assert.Empty(done.Result.Rows);
        (int slice, Exception error) = Assert.Single(done.Result.Failures);
        Assert.Equal((0, ErrorCode.Internal), (slice, Assert.IsType<InferenceException>(error).Code));
        Assert.Contains("device lost", error.Message, StringComparison.Ordinal);
        Assert.Equal([1], _told);
    }

    [Fact]
    public void Stages_after_the_one_that_failed_copy_its_pages_and_compute_nothing()
    {
        Run(1, page: 2);
        long computed = _lastWork.LayersComputed;
        byte[] contents = _lastWork.ReadPage(new LayerRange(1, 2), 2);
        _firstWork.Fails = new InvalidOperationException("device lost");
        Run(2, page: 3, new PageTransfer(2, 5));
        Assert.Equal(computed, _lastWork.LayersComputed);
        Assert.Equal(contents, _lastWork.ReadPage(new LayerRange(1, 2), 5));
    }

    [Fact]
    public void The_next_step_is_computed()
    {
        _firstWork.Fails = new InferenceException(ErrorCode.OutOfMemory, "no room");
        Assert.Equal(ErrorCode.OutOfMemory, ((InferenceException)Run(1).Result.Failures.Single().Error).Code);
        _firstWork.Fails = null;
        Assert.Empty(Run(2).Result.Failures);
    }

    /// <summary>A step through both stages, as bytes between them.</summary>
    private StepDone Run(int number, int page = 1, params PageTransfer[] transfers)
    {
        _first.Receive(StageFixture.Step(1, number, page: page, transfers: transfers));
        ArrayBufferWriter<byte> bytes = new();
        ControlCodec.Write(bytes, Assert.IsType<StepForward>(_port.Sent[^1].Message));
        _last.Receive(ControlCodec.Read(bytes.WrittenSpan));
        StepDone done = Assert.IsType<StepDone>(_port.Sent[^1].Message);
        _port.Sent.Clear();
        return done;
    }

    private sealed class FailingWork() : ToyStage(layers: 2, pageCount: 16)
    {
        public Exception? Fails { get; set; }

        public override void Execute(LayerRange range, StepBatch batch, Span<float> hidden)
        {
            base.Execute(range, batch, hidden);
            if (Fails is not null)
            {
                throw Fails;
            }
        }
    }
}
