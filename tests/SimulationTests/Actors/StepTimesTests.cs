using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage;
using OrleansInference.Engine.Steps;
using OrleansInference.Simulation.Model;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>Where the time of a step goes: stages that compute for a known time, by clocks that do not agree.</summary>
public sealed class StepTimesTests
{
    private static readonly TimeSpan Computes = TimeSpan.FromMilliseconds(8);

    private readonly SlowWork _work = new();
    private readonly CollectingPort _port = new();
    private readonly StageActor _actor;

    public StepTimesTests()
    {
        _actor = new StageActor(StageFixture.Self, _work, _port, new StageOptions(), () => _work.Now);
        _actor.Receive(new JoinPlan(StageFixture.Plan(1), 0, 1, []));
    }

    [Fact]
    public void A_stage_adds_what_it_computed_and_what_a_step_waited_for_it()
    {
        TimeSpan arrived = _work.Now;
        StepForward step = StageFixture.Step(1, 1) with { Times = new StageTimes(1, Milliseconds(5), Milliseconds(2)) };
        _actor.Receive(StageFixture.Step(1, 2, 1), arrived + Milliseconds(1));
        _work.Now += Milliseconds(3);
        _actor.Receive(step, arrived);

        List<StepForward> sent = _port.Take<StepForward>();

        Assert.Equal(new StageTimes(2, Milliseconds(13), Milliseconds(5)), sent[0].Times);
        Assert.Equal(new StageTimes(1, Milliseconds(8), Milliseconds(10)), sent[1].Times);
        Assert.Equal((2, Milliseconds(16), Milliseconds(13)), (_actor.Counters.Steps, _actor.Counters.Computing, _actor.Counters.Waiting));
    }

    [Fact]
    public void A_step_that_comes_again_counts_once()
    {
        _actor.Receive(StageFixture.Step(1, 1));
        _actor.Receive(StageFixture.Step(1, 1));
        List<StepForward> sent = _port.Take<StepForward>();
        Assert.Equal(sent[0].Times, sent[1].Times);
        Assert.Equal(1, _actor.Counters.Steps);
    }

    [Fact]
    public void Hidden_states_that_are_replayed_are_counted_as_often_as_they_are_sent()
    {
        ReplayForward replay = new(1, new ReplayedSequence(0, [7, 8], [1]), new LayerRange(0, 2), []);
        _actor.Receive(replay);
        _actor.Receive(replay);
        Assert.Equal(2 * 2 * _work.HiddenWidth * sizeof(float), _actor.Counters.ReplayedBytes);
        Assert.Equal((0, TimeSpan.Zero), (_actor.Counters.Steps, _actor.Counters.Computing));
    }

    [Fact]
    public void Pages_that_are_computed_again_are_counted_apart_from_steps()
    {
        ReplayForward replay = new(1, new ReplayedSequence(0, [7, 8], [1]), new LayerRange(0, 2), []);
        _actor.Receive(replay);
        _actor.Receive(replay);
        Assert.Equal((Computes, TimeSpan.Zero), (_actor.Counters.Replaying, _actor.Counters.Computing));
    }

    [Fact]
    public void Pages_that_migrations_copy_are_counted()
    {
        _actor.Receive(StageFixture.Step(1, 1));
        _actor.Receive(new CopyPages(9, 1, 1, [new PageMove(new LayerRange(0, 1), StageFixture.Other)]));
        PageContents sent = _port.Take<PageContents>().Single();
        Assert.Equal(_work.HiddenWidth, sent.Kept.Single().Rows.Length);
        Assert.Equal(sent.Contents.Length + (_work.HiddenWidth * sizeof(float)), _actor.Counters.CopiedBytes);
    }

    [Fact]
    public void What_is_neither_computing_nor_waiting_is_hops()
    {
        StepMeter meter = new();
        meter.Begin(1, Milliseconds(100));
        meter.Begin(2, Milliseconds(101));
        meter.End(Done(1, new StageTimes(2, Milliseconds(20), Milliseconds(4))), Milliseconds(130), 2);
        meter.End(Done(1, new StageTimes(2, Milliseconds(20), Milliseconds(4))), Milliseconds(230), 2);
        meter.End(Done(2, new StageTimes(2, Milliseconds(20), Milliseconds(9))), Milliseconds(133), 2);
        Assert.Equal(new StepTimes(2, 6, Milliseconds(40), Milliseconds(13), Milliseconds(9)), meter.Times);
    }

    [Theory]
    [InlineData(0, 0)] // stages of an earlier version
    [InlineData(1, 5)] // one of them
    [InlineData(2, 31)] // longer than the step was under way
    public void A_step_that_is_not_wholly_known_is_not_counted(int stages, int computing)
    {
        StepMeter meter = new();
        meter.Begin(1, Milliseconds(100));
        meter.End(Done(1, new StageTimes(stages, Milliseconds(computing), TimeSpan.Zero)), Milliseconds(130), 2);
        Assert.Equal(default, meter.Times);
    }

    [Fact]
    public void A_step_that_was_dropped_is_not_counted()
    {
        StepMeter meter = new();
        meter.Begin(1, Milliseconds(100));
        meter.Clear();
        meter.End(Done(1, new StageTimes(2, default, default)), Milliseconds(130), 2);
        Assert.Equal(default, meter.Times);
    }

    private static StepDone Done(long step, StageTimes times) => new(1, step, new StepResult([], []), times);

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);

    private sealed class SlowWork() : ToyStage(2, 16)
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        public override void Execute(LayerRange layers, Compute.StepBatch batch, Span<float> hidden)
        {
            base.Execute(layers, batch, hidden);
            Now += Computes;
        }
    }
}
