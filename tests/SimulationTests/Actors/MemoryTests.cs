using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Models;
using OrleansInference.Simulation.Model;
using OrleansInference.Simulation.Running;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>A device, with its first layer on the plan of epoch 1, that has no room for more.</summary>
public sealed class MemoryTests
{
    private static readonly LayerRange First = new(0, 1);
    private static readonly LayerRange Both = new(0, 2);
    private static readonly LayerRange Second = new(1, 2);

    private readonly StageFixture _stage = new();

    public MemoryTests()
    {
        _stage.Join(1);
        _stage.Actor.Receive(StageFixture.Step(1, 1));
        _stage.Work.Room = 1;
        _stage.Port.Sent.Clear();
    }

    [Fact]
    public void A_plan_that_needs_more_than_there_is_is_refused_and_the_one_before_still_holds()
    {
        _stage.Actor.Receive(Join(2, Both));
        _stage.Actor.Receive(Join(2, Both));
        List<LayersRefused> refused = _stage.Port.Take<LayersRefused>();
        Assert.Equal(2, refused.Count);
        Assert.Equal(new LayersRefused(2, 1, StageFixture.Self, Both, true, "Layers 0-1 make 2 layers; the device has room for 1."), refused[0]);
        Assert.Equal((1, First), (_stage.Actor.Epoch, _stage.Actor.Layers));
        _stage.Actor.Receive(StageFixture.Step(1, 2, 1));
        Assert.Equal(2, _stage.Work.LayersComputed);
        Assert.True(_stage.Join(3, from: 1).HoldsBase);
    }

    [Fact]
    public void Layers_of_a_plan_that_fit_only_alone_take_the_place_of_what_was_here()
    {
        _stage.Actor.Receive(Join(2, Second));
        Assert.False(_stage.Port.Take<Joined>().Single().HoldsBase);
        Assert.Empty(_stage.Port.Take<LayersRefused>());
        Assert.False(_stage.Work.Holds(First));
        Assert.False(_stage.Join(3, from: 1).HoldsBase);
    }

    [Fact]
    public void Who_gave_up_its_layers_in_vain_computes_no_step_and_joins_no_earlier_plan()
    {
        FailingWork work = new();
        StageFixture stage = new(work: work);
        stage.Join(1);
        work.Fails = true;
        stage.Actor.Receive(Join(2, Second));
        Assert.False(stage.Port.Take<LayersRefused>().Single().Alone);
        Assert.Equal(default, stage.Actor.Layers);
        stage.Actor.Receive(StageFixture.Step(1, 1));
        stage.Actor.Receive(new ReplayForward(1, new ReplayedSequence(0, [7], [1]), First, []));
        stage.Actor.Receive(new JoinPlan(StageFixture.Plan(1), 0, 1, []));
        Assert.Equal(0, work.LayersComputed);
        Assert.Single(stage.Port.Take<Refused>());
        Assert.Empty(stage.Port.Take<Joined>());
        work.Fails = false;
        Assert.False(stage.Join(3, from: 1).HoldsBase);
    }

    [Fact]
    public void A_migration_that_there_is_no_room_for_is_refused_and_the_plan_in_force_goes_on()
    {
        _stage.Actor.Receive(new LoadLayers(2, 1, StageFixture.Self, Second));
        LayersRefused refused = _stage.Port.Take<LayersRefused>().Single();
        Assert.Equal((2, Second, false), (refused.Epoch, refused.Layers, refused.Alone));
        Assert.Empty(_stage.Port.Take<LayersLoaded>());
        _stage.Actor.Receive(StageFixture.Step(1, 2, 1));
        Assert.Equal(2, _stage.Work.LayersComputed);
        _stage.Work.Room = 2;
        _stage.Actor.Receive(new LoadLayers(2, 1, StageFixture.Self, Second));
        Assert.Single(_stage.Port.Take<LayersLoaded>());
    }

    [Fact]
    public void Layers_of_a_migration_that_came_to_nothing_make_room_for_the_next()
    {
        StageFixture stage = new(layers: 3);
        stage.Join(1);
        stage.Work.Room = 2;
        stage.Actor.Receive(new LoadLayers(2, 1, StageFixture.Self, Second));
        stage.Actor.Receive(new LoadLayers(3, 1, StageFixture.Self, new LayerRange(2, 3)));
        Assert.Equal([2L, 3L], stage.Port.Take<LayersLoaded>().Select(static loaded => loaded.Epoch));
        Assert.False(stage.Work.Holds(Second));
        Assert.True(stage.Work.Holds(First));
    }

    [Fact]
    public void Layers_mapped_for_the_case_of_a_loss_make_room_for_others()
    {
        StageFixture spare = new(layers: 3);
        spare.Work.Room = 1;
        spare.Actor.Receive(new MapLayers(1, StageFixture.Self, First));
        spare.Actor.Receive(new MapLayers(1, StageFixture.Self, Second));
        spare.Actor.Receive(new LoadLayers(2, 1, StageFixture.Self, new LayerRange(2, 3)));
        Assert.Equal(2, spare.Port.Take<LayersMapped>().Count);
        Assert.Single(spare.Port.Take<LayersLoaded>());
        Assert.Empty(spare.Port.Take<LayersRefused>());
    }

    [Fact]
    public void A_spare_without_room_says_so()
    {
        _stage.Actor.Receive(new MapLayers(1, StageFixture.Self, Second));
        Assert.Equal(Second, _stage.Port.Take<LayersRefused>().Single().Layers);
        Assert.Empty(_stage.Port.Take<LayersMapped>());
        Assert.True(_stage.Work.Holds(First));
    }

    [Fact]
    public void Seeds_come_to_refusals() => Assert.True(Simulator.Run(1, 200).LoadsRefused > 0);

    private static JoinPlan Join(long epoch, LayerRange layers) => new(
        new PipelinePlan(epoch, 1, layers.First == 0
            ? [new StageAssignment(StageFixture.Self, layers)]
            : [new StageAssignment(StageFixture.Other, new LayerRange(0, layers.First)), new StageAssignment(StageFixture.Self, layers)]),
        epoch - 1, 2, []);

    /// <summary>Has room, as far as it knows.</summary>
    private sealed class FailingWork() : ToyStage(2, 16)
    {
        public bool Fails { get; set; }

        public override void Load(LayerRange range)
        {
            if (Fails)
            {
                InferenceException.Throw(ErrorCode.OutOfMemory, "No memory was given.");
            }

            base.Load(range);
        }
    }
}
