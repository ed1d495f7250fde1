using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Router;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>A router over devices some of which have no room for what they are given: a model of four layers, two stages.</summary>
public sealed class RefusalTests
{
    private const int Number = 1;

    private static readonly DeviceLife A = new(0, 1), B = new(1, 1), C = new(2, 1);
    private static readonly LayerRange Head = new(0, 2), Tail = new(2, 4);

    private readonly CollectingPort _port = new();
    private readonly PlanCoordinator _control;
    private TimeSpan _now;

    public RefusalTests()
    {
        ServingOptions options = new();
        Scheduler router = new(
            options, new SchedulerLimits(8, 128, 64, 32, 2), new AdmissionControl(options), static tenant => PageRoot.Create("model", string.Empty, []), new EngineCounters(), TimeProvider.System);
        _control = new PlanCoordinator(Number, router, new EvenPlanSource(4, 2), _port, new CoordinatorOptions());
        _control.Start(TimeSpan.Zero);
        Receive(new PlanRead(Number, null));
    }

    [Fact]
    public void A_device_that_has_no_room_for_its_stage_is_left_out_of_the_next_plan()
    {
        Members(A, B, C);
        Save();
        Receive(new Joined(Plan.Epoch, A, false));
        Refuse(B, Tail, Plan.Epoch, alone: true);
        Assert.Equal([new StageAssignment(A, Head), new StageAssignment(C, Tail)], Save().Stages);
        Join();
        Assert.Equal(PlanPhase.Serving, _control.Phase);
        Assert.Equal(B, _control.Refusals.Single().Device);
    }

    [Fact]
    public void Whoever_could_take_all_of_it_is_asked_before_nothing_fits()
    {
        Members(A, B);
        Save();
        Refuse(B, Tail, Plan.Epoch, alone: true);
        Assert.Equal([new StageAssignment(A, new LayerRange(0, 4))], Save().Stages);
        Refuse(A, new LayerRange(0, 4), Plan.Epoch, alone: true);
        Assert.Equal(PlanPhase.Waiting, _control.Phase);
        Assert.Equal([A, B], _control.Refusals.Select(static refused => refused.Device));
    }

    [Fact]
    public void While_nothing_fits_devices_are_asked_again_after_a_while()
    {
        Members(A);
        Save();
        Refuse(A, new LayerRange(0, 4), Plan.Epoch, alone: true);
        Assert.Empty(_port.Take<SavePlan>());
        Tick(9);
        Members(A);
        Assert.Empty(_port.Take<SavePlan>());
        Tick(2);
        Save();
        Join();
        Assert.Equal(PlanPhase.Serving, _control.Phase);
        Assert.Empty(_control.Refusals);
    }

    [Fact]
    public void A_device_that_starts_again_is_given_layers_again()
    {
        Members(A);
        Save();
        Refuse(A, new LayerRange(0, 4), Plan.Epoch, alone: true);
        Members(new DeviceLife(0, 2));
        Assert.Equal(2, Save().Stages.Single().Device.Life);
        Assert.Empty(_control.Refusals);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_migration_that_is_refused_is_given_up_and_not_tried_again(bool alone)
    {
        Members(A);
        Save();
        Join();
        PipelinePlan before = Plan;
        Members(A, B);
        LoadLayers load = _port.Take<LoadLayers>().Single(static load => load.Device == B);
        Refuse(B, load.Layers, load.Epoch, alone);
        Assert.Equal(PlanPhase.Serving, _control.Phase);
        Members(A, B);
        Tick(1);
        Assert.Empty(_port.Take<LoadLayers>());
        Assert.Equal(before, _control.Plan);
        Assert.Equal(1, _control.LoadsRefused);
    }

    [Fact]
    public void What_there_was_no_room_for_beside_one_plan_may_be_given_under_another()
    {
        Members(A);
        Save();
        Join();
        Members(A, B);
        LoadLayers load = _port.Take<LoadLayers>().Single(static load => load.Device == B);
        Refuse(B, load.Layers, load.Epoch, alone: false);
        Members(B);
        Assert.Equal(B, Save().Stages.Single().Device);
    }

    [Fact]
    public void A_spare_without_room_is_none_and_is_not_asked_again()
    {
        Members(A, B, C);
        Save();
        Join();
        Tick(1);
        MapLayers map = _port.Take<MapLayers>().Single();
        Refuse(C, map.Layers, 0, alone: false);
        Members(A, B, C);
        Tick(1);
        StageAssignment other = Assert.Single(_control.Spares);
        Assert.NotEqual(map.Layers, other.Layers);
        Refuse(C, other.Layers, 0, alone: false);
        Members(A, B, C);
        Assert.Empty(_control.Spares);
    }

    [Fact]
    public void A_spare_does_not_bring_back_a_plan_that_another_device_has_no_room_for_any_more()
    {
        Members(A, B, C);
        Save();
        Join();
        Tick(1);
        MapLayers map = _port.Take<MapLayers>().Single();
        Receive(new LayersMapped(Number, C, map.Layers));
        DeviceLife lost = Plan.Stages.Single(stage => stage.Layers == map.Layers).Device;
        DeviceLife other = lost == A ? B : A;
        Members(other, C);
        PipelinePlan switched = Save();
        Assert.Equal(C, switched.Stages.Single(stage => stage.Layers == map.Layers).Device);
        Refuse(other, switched.Stages.Single(stage => stage.Device == other).Layers, switched.Epoch, alone: true);
        Assert.Equal([new StageAssignment(C, new LayerRange(0, 4))], Save().Stages);
    }

    [Fact]
    public void A_refusal_of_another_plan_or_router_changes_nothing()
    {
        Members(A, B);
        Save();
        Refuse(B, Tail, Plan.Epoch - 1, alone: true);
        Receive(new LayersRefused(Plan.Epoch, Number + 1, B, Tail, true, "none"));
        Assert.Equal(PlanPhase.Joining, _control.Phase);
        Assert.Empty(_control.Refusals);
        Join();
        Refuse(B, Tail, Plan.Epoch, alone: true);
        Assert.Equal(PlanPhase.Serving, _control.Phase);
    }

    private PipelinePlan Plan { get; set; } = null!;

    private void Receive(ControlMessage message) => _control.Receive(message, _now);

    private void Members(params DeviceLife[] devices) => Receive(new MembershipChanged(devices, []));

    private void Tick(int seconds)
    {
        _now += TimeSpan.FromSeconds(seconds);
        foreach (DeviceLife device in (DeviceLife[])[A, B, C])
        {
            Receive(new ProbeReply(Number, device));
        }

        _control.Tick(_now);
    }

    private void Refuse(DeviceLife device, LayerRange layers, long epoch, bool alone) => Receive(new LayersRefused(epoch, Number, device, layers, alone, "There is no room."));

    /// <summary>The plan on its way to the store is saved.</summary>
    private PipelinePlan Save()
    {
        Plan = _port.Take<SavePlan>().Single().Plan;
        Receive(new PlanSaved(Number, Plan));
        return Plan;
    }

    private void Join()
    {
        foreach (StageAssignment stage in Plan.Stages)
        {
            Receive(new Joined(Plan.Epoch, stage.Device, false));
        }
    }
}
