using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Session;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute.Measurement;
using OrleansInference.Engine.Requests;
using OrleansInference.Simulation.Model;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>Devices and sessions that go from one pipeline to another.</summary>
public sealed class SeveralPipelinesTests
{
    private static readonly DeviceLife Self = StageFixture.Self;
    private static readonly GenerationRequest Request = new() { RequestId = "request", Prompt = new[] { 1, 2 }, MaxTokens = 9 };

    private readonly CollectingPort _port = new();
    private readonly ManualStore _store = new();
    private readonly PipelineChooser _chooser = new();

    [Fact]
    public void Numbers_name_the_pipeline_and_rise_with_the_activations()
    {
        int router = RouterNumbers.Of(17, 3);
        Assert.Equal((17, 3), (RouterNumbers.ActivationOf(router), RouterNumbers.PipelineOf(router)));
        Assert.True(RouterNumbers.Of(18, 3) > router);
        Assert.Equal(17, RouterNumbers.Of(17, 0)); // as before there were several
        Assert.Equal(router, Epochs.RouterOf(Epochs.After(Epochs.After(0, 5), router)));
        Assert.Equal(2, Epochs.CountOf(Epochs.After(Epochs.After(0, 5), router)));
    }

    [Fact]
    public void A_device_answers_no_router_of_another_pipeline()
    {
        StageActor actor = Device(pipeline: 1);
        actor.Receive(new Probe(RouterNumbers.Of(9, 0)));
        actor.Receive(new JoinPlan(PlanOf(0, 9), 0, 1, []));
        Assert.Empty(_port.Sent);
        actor.Receive(new Probe(RouterNumbers.Of(4, 1)));
        Assert.Equal(Address.Router(1), Assert.Single(_port.Sent).To);
    }

    [Fact]
    public void A_device_without_a_pipeline_serves_the_one_that_it_is_told()
    {
        StageActor actor = Device(pipeline: -1);
        actor.Receive(new ServePipeline(5, Self, 2, Immediately: false));
        Assert.Equal(2, actor.Pipeline);
        actor.Receive(new ServePipeline(4, Self, 1, Immediately: true));
        Assert.Equal(2, actor.Pipeline); // of an earlier allocation
        actor.Receive(new ServePipeline(6, new DeviceLife(Self.Device, 2), 1, Immediately: true));
        Assert.Equal(2, actor.Pipeline); // another life is meant
    }

    [Fact]
    public void A_device_that_serves_leaves_when_it_is_released_and_keeps_nothing()
    {
        StageActor actor = Device(pipeline: 0);
        actor.Receive(new JoinPlan(PlanOf(0, 3), 0, 1, []));
        _port.Sent.Clear();
        actor.Receive(new ServePipeline(5, Self, 1, Immediately: false));
        actor.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal((0, Address.Router(0)), (actor.Pipeline, Assert.Single(_port.Sent).To));
        Assert.IsType<DrainDevice>(_port.Sent[0].Message);
        actor.Receive(new DeviceReleased(Self));
        Assert.Equal((1, 0), (actor.Pipeline, actor.Layers.Count));

        // Back in the first one, what held there holds no more, and no plan of before comes back.
        actor.Receive(new ServePipeline(6, Self, 0, Immediately: true));
        _port.Sent.Clear();
        actor.Receive(new JoinPlan(PlanOf(0, 3), 0, 1, []));
        Assert.IsType<Refused>(Assert.Single(_port.Sent).Message);
        PipelinePlan next = PlanOf(0, 3).Again(RouterNumbers.Of(3, 0));
        actor.Receive(new JoinPlan(next, PlanOf(0, 3).Epoch, 1, []));
        Assert.False(_port.Take<Joined>().Single().HoldsBase);
    }

    [Fact]
    public void A_release_that_nobody_asked_for_changes_nothing()
    {
        StageActor actor = Device(pipeline: 0);
        actor.Receive(new JoinPlan(PlanOf(0, 3), 0, 1, []));
        actor.Receive(new DeviceReleased(Self));
        Assert.Equal((0, 1), (actor.Pipeline, actor.Layers.Count));
    }

    [Fact]
    public void A_session_goes_to_another_pipeline_when_its_own_is_gone_and_takes_the_same_tokens_there()
    {
        _chooser.Update([Load(0, 9), Load(1)], default);
        SessionActor session = Begin();
        Assert.Equal(Address.Router(1), Submitted());
        Assert.Equal(1, _store.Record!.Pipeline);
        session.Receive(new CommitTokens(0, 0, 0, [5], FinishReason.None) { Router = RouterNumbers.Of(3, 1) }, TimeSpan.Zero);

        _chooser.Update([Load(0)], TimeSpan.FromSeconds(1));
        session.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(0, session.Pipeline);
        Assert.Contains((Address.Router(1), (ControlMessage)new CancelSequences(0)), _port.Sent);
        (Address to, ControlMessage message) = _port.Sent.Last(static sent => sent.Message is SubmitSequences);
        Assert.Equal((Address.Router(0), 5), (to, Assert.Single(((SubmitSequences)message).Committed[0].Tokens)));
        session.Receive(new CommitTokens(0, 0, 1, [6], FinishReason.None) { Router = RouterNumbers.Of(2, 0) }, TimeSpan.FromSeconds(1));
        Assert.Equal([5, 6], session.Log(0).ToArray());
    }

    [Fact]
    public void A_router_that_a_session_has_left_is_told_to_stop()
    {
        _chooser.Update([Load(0), Load(1, 9)], default);
        SessionActor session = Begin();
        _port.Sent.Clear();
        session.Receive(new CommitTokens(0, 0, 0, [5], FinishReason.None) { Router = RouterNumbers.Of(3, 1) }, TimeSpan.Zero);
        Assert.Equal(0, session.Log(0).Length);
        Assert.Equal((Address.Router(1), new CancelSequences(0)), Assert.Single(_port.Sent));
    }

    [Fact]
    public void That_another_pipeline_has_stopped_does_not_end_a_session()
    {
        _chooser.Update([Load(0), Load(1, 9)], default);
        SessionActor session = Begin();
        session.Receive(new DetachStream(0, 1, 1, Cancel: true), TimeSpan.FromSeconds(1));
        session.Written(_store.Version, TimeSpan.FromSeconds(1));
        session.Receive(new SequencesCancelled(0, RouterNumbers.Of(3, 1)), TimeSpan.FromSeconds(1));
        Assert.False(session.Ended);
        session.Receive(new SequencesCancelled(0, RouterNumbers.Of(2, 0)), TimeSpan.FromSeconds(1));
        Assert.True(session.Ended);
    }

    [Fact]
    public void A_session_that_comes_back_goes_on_where_it_was()
    {
        _chooser.Update([Load(0, 9), Load(1)], default);
        Begin();
        _chooser.Update([Load(0), Load(1, 9)], default);
        SessionActor again = new(0, _store.Record, _port, _store.Write, _chooser, new SessionOptions());
        _port.Sent.Clear();
        again.Tick(TimeSpan.Zero);
        Assert.Equal(Address.Router(1), Submitted());
    }

    [Fact]
    public void A_session_that_says_nothing_any_more_is_forgotten_by_its_router()
    {
        PipelineFixture fixture = new(layers: 2, stages: 1);
        var router = fixture.Begin(1);
        fixture.Carry(router, until: 2);
        fixture.Now = TimeSpan.FromSeconds(29);
        router.Actor.Tick(fixture.Now);
        Assert.NotEmpty(router.Actor.Sessions);
        fixture.Now = TimeSpan.FromSeconds(31);
        router.Actor.Tick(fixture.Now);
        Assert.Empty(router.Actor.Sessions);
        Assert.Empty(router.Actor.Scheduler.Running);
    }

    [Fact]
    public void The_planner_divides_devices_so_that_all_pipelines_together_make_the_most_steps()
    {
        ModelCost model = new() { Layers = [.. Enumerable.Repeat(new LayerCost(1 << 20, 1 << 20, 1e6, 0), 4)], ActivationBytesPerToken = 8 };
        PlannedSource source = new(model, new PlannerOptions { KvTokens = 0 });
        DeviceLife[] devices = [.. Enumerable.Range(0, 4).Select(static device => new DeviceLife(device, 1))];
        foreach (DeviceLife device in devices)
        {
            // Two of them have room for all layers, two for half of them.
            source.Describe(device, new DeviceDescription { Id = "", Node = $"{device}", MemoryBytes = (device.Device < 2 ? 4 : 2) << 20, ReadBandwidth = 1e9, ArithmeticRate = 1e9 });
        }

        IReadOnlyList<DeviceSlot> places = source.Allocate([], DeviceAllocation.None, devices.ToHashSet(), most: 3);
        Assert.Equal(4, places.Count);
        Assert.Equal(3, places.Select(static place => place.Pipeline).Distinct().Count());
        Assert.Equal(places[2].Pipeline, places[3].Pipeline);

        // A pipeline that two are to share is what is left where there may be one alone.
        places = source.Allocate([], DeviceAllocation.None, devices.ToHashSet(), most: 1);
        Assert.All(places, static place => Assert.Equal(0, place.Pipeline));
    }

    private StageActor Device(int pipeline) => new(Self, new ToyStage(2, 16), _port, new StageOptions { Pipeline = pipeline });

    private static PipelinePlan PlanOf(int pipeline, int activation)
    {
        int router = RouterNumbers.Of(activation, pipeline);
        return StageFixture.Plan(Epochs.After(0, router), router);
    }

    private SessionActor Begin()
    {
        SessionActor session = new(0, null, _port, _store.Write, _chooser, new SessionOptions());
        session.Receive(new AttachStream(1, 1, 0, Request, [0]), TimeSpan.Zero);
        session.Written(_store.Version, TimeSpan.Zero);
        return session;
    }

    private Address Submitted() => Assert.Single(_port.Sent, static sent => sent.Message is SubmitSequences).To;

    private static PipelineLoad Load(int pipeline, int sessions = 0) => new(pipeline, Serves: true, Takes: true, sessions, Rate: 1);
}
