using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Router;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>Three stages of two layers, one of which is lost while a sequence is under way.</summary>
public sealed class RecoveryPlanTests
{
    private const int Layers = 6;
    private const int Tokens = 60;

    private readonly PipelineFixture _pipeline = new(Layers, 3);

    [Theory]
    [InlineData(0, "0-4 4-6", nameof(RecoveryStrategy.Prefix))]
    [InlineData(1, "0-3 3-6", nameof(RecoveryStrategy.Journal))]
    [InlineData(2, "0-2 2-6", nameof(RecoveryStrategy.Journal))]
    public void Those_that_are_left_keep_their_layers_and_take_the_lost_ones_between_them(int lost, string layers, string rung)
    {
        var router = _pipeline.Begin(1);
        _pipeline.Carry(router, until: 30);
        Lose(router, lost);
        PipelinePlan recovered = router.Port.Take<SavePlan>().Single().Plan;
        Assert.Equal(layers, string.Join(' ', recovered.Stages.Select(static stage => $"{stage.Layers.First}-{stage.Layers.End}")));

        router.Port.Send(Address.PlanStore, new SavePlan(recovered));
        _pipeline.Carry(router, Tokens);
        Assert.Equal(PipelineFixture.Undisturbed(Layers, Tokens), _pipeline.Committed);
        Assert.Equal(1, router.Actor.Coordinator.Recovered[(int)Enum.Parse<RecoveryStrategy>(rung)]);
    }

    [Fact]
    public void Where_no_journal_holds_what_is_under_way_the_better_plan_comes_at_once()
    {
        _pipeline.Devices.Remove(2);
        var router = _pipeline.Begin(1);
        _pipeline.Carry(router, until: 10);
        _pipeline.Restart(2, 1);
        router.Actor.Receive(_pipeline.Members(), _pipeline.Now);
        _pipeline.Carry(router, until: 30);
        Assert.Equal(3, _pipeline.Plan!.Stages.Count);
        Lose(router, 2);
        PipelinePlan recovered = router.Port.Take<SavePlan>().Single().Plan;
        Assert.Equal("0-3 3-6", string.Join(' ', recovered.Stages.Select(static stage => $"{stage.Layers.First}-{stage.Layers.End}")));
        router.Port.Send(Address.PlanStore, new SavePlan(recovered));
        _pipeline.Carry(router, Tokens);
        Assert.Equal(PipelineFixture.Undisturbed(Layers, Tokens), _pipeline.Committed);
        Assert.Equal([0, 0, 1], router.Actor.Coordinator.Recovered);
    }

    /// <summary>The lost one comes back, so that the same borders hold again, and what was under way has been on others all the time.</summary>
    [Theory]
    [InlineData(0, 0, nameof(RecoveryStrategy.Prefix))]
    [InlineData(0, 1, nameof(RecoveryStrategy.Journal))]
    [InlineData(0, 2, nameof(RecoveryStrategy.Journal))]
    [InlineData(1, 0, nameof(RecoveryStrategy.Prefix))]
    [InlineData(1, 1, nameof(RecoveryStrategy.Journal))]
    [InlineData(1, 2, nameof(RecoveryStrategy.Journal))]
    [InlineData(2, 0, nameof(RecoveryStrategy.Prefix))]
    [InlineData(2, 1, nameof(RecoveryStrategy.Journal))]
    [InlineData(2, 2, nameof(RecoveryStrategy.Journal))]
    public void What_journals_hold_goes_along_with_layers_that_move(int first, int second, string rung)
    {
        var router = _pipeline.Begin(1);
        _pipeline.Carry(router, until: 20);
        Lose(router, first);
        _pipeline.Carry(router, until: 30);
        Assert.Equal(2, _pipeline.Plan!.Stages.Count);
        _pipeline.Restart(first, 2);
        router.Actor.Receive(_pipeline.Members(), _pipeline.Now);
        _pipeline.Carry(router, until: 40);
        Assert.Equal(3, _pipeline.Plan!.Stages.Count);
        long[] before = [.. router.Actor.Coordinator.Recovered];
        Lose(router, _pipeline.Plan.Stages[second].Device.Device);
        _pipeline.Carry(router, Tokens);
        long[] since = [.. router.Actor.Coordinator.Recovered.Zip(before, static (now, then) => now - then)];
        Assert.Equal(1, since[(int)Enum.Parse<RecoveryStrategy>(rung)]);
        Assert.Equal(1, since.Sum());
        Assert.Equal(PipelineFixture.Undisturbed(Layers, Tokens), _pipeline.Committed);
    }

    [Fact]
    public void The_better_plan_follows_while_they_serve()
    {
        var router = _pipeline.Begin(1);
        _pipeline.Carry(router, until: 30);
        Lose(router, 2);
        _pipeline.Carry(router, Tokens);
        Assert.Equal("0-3 3-6", string.Join(' ', _pipeline.Plan!.Stages.Select(static stage => $"{stage.Layers.First}-{stage.Layers.End}")));
        Assert.Equal(1, router.Actor.Coordinator.Migrations);
        Assert.Equal(PipelineFixture.Undisturbed(Layers, Tokens), _pipeline.Committed);
    }

    [Fact]
    public void Where_nothing_is_under_way_the_better_plan_comes_at_once()
    {
        var router = _pipeline.Make(1);
        router.Actor.Coordinator.Start(_pipeline.Now);
        router.Actor.Receive(_pipeline.Members(), _pipeline.Now);
        router.Actor.Receive(new PlanRead(1, null), _pipeline.Now);
        PipelinePlan first = router.Port.Take<SavePlan>().Single().Plan;
        router.Actor.Receive(new PlanSaved(1, first), _pipeline.Now);
        foreach (StageAssignment stage in first.Stages)
        {
            router.Actor.Receive(new Joined(first.Epoch, stage.Device, HoldsBase: false), _pipeline.Now);
        }

        Assert.Equal(PlanPhase.Serving, router.Actor.Coordinator.Phase);
        Lose(router, 2);
        Assert.Equal("0-3 3-6", string.Join(' ', router.Port.Take<SavePlan>().Single().Plan.Stages.Select(static stage => $"{stage.Layers.First}-{stage.Layers.End}")));
    }

    private void Lose((int Number, RouterActor Actor, CollectingPort Port) router, int device)
    {
        _pipeline.Devices.Remove(device);
        _pipeline.LoseAnswers();
        router.Actor.Receive(_pipeline.Members(), _pipeline.Now);
    }
}
