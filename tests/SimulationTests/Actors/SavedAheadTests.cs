using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Router;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>The plan of a migration is saved while the one before serves; it may never come into force.</summary>
public sealed class SavedAheadTests
{
    private const int Layers = 4;
    private const int Tokens = 90;
    private const int Before = 30; // tokens until the migration
    private const int After = 60; // tokens until what happens then

    private static readonly DeviceLife Leaving = new(0, 1);
    private static readonly DeviceLife Coming = new(2, 1);

    private readonly int[] _expected = PipelineFixture.Undisturbed(Layers, Tokens);
    private readonly PipelineFixture _pipeline = new(Layers, 2);
    private readonly List<SavePlan> _saved = [];
    private readonly (int Number, RouterActor Actor, CollectingPort Port) _first;

    /// <summary>A router whose layers move from one device to another, with all pages copied and the answer of the plan store still to come.</summary>
    public SavedAheadTests()
    {
        _first = _pipeline.Begin(1);
        _pipeline.Carry(_first, Before);
        _pipeline.Restart(Coming.Device, Coming.Life);
        _pipeline.Saving = _saved.Add;
        _first.Actor.Receive(_pipeline.Members(), _pipeline.Now);
        _first.Actor.Receive(new DrainDevice(Leaving), _pipeline.Now);
        _pipeline.Rows.Clear();
        _pipeline.Carry(_first, After);
        Assert.NotEmpty(_saved);
    }

    [Fact]
    public void Steps_go_on_until_the_plan_is_saved()
    {
        Assert.Equal(PlanPhase.Serving, _first.Actor.Coordinator.Phase);
        Assert.Equal(0, _first.Actor.Coordinator.Migrations);
        Keep();
        _first.Actor.Receive(new PlanSaved(1, _pipeline.Plan!), _pipeline.Now);
        _pipeline.Carry(_first, Tokens);
        Assert.Equal(1, _first.Actor.Coordinator.Migrations);
        Assert.DoesNotContain(_first.Actor.Coordinator.Plan!.Stages, static stage => stage.Device == Leaving);
        AssertComputed(again: 0);
    }

    [Fact]
    public void A_plan_that_is_saved_already_is_not_waited_for_again()
    {
        Keep();
        PlanSaved saved = new(1, _pipeline.Plan!);
        _first.Actor.Receive(saved, _pipeline.Now);
        _first.Actor.Receive(saved, _pipeline.Now);
        _pipeline.Carry(_first, Tokens);
        _first.Actor.Receive(saved, _pipeline.Now);
        Assert.Equal(PlanPhase.Serving, _first.Actor.Coordinator.Phase);
        AssertComputed(again: 0);
    }

    [Fact]
    public void A_router_that_is_lost_then_is_followed_by_one_that_knows_the_pages_of_the_plan_in_force()
    {
        Keep();
        var second = _pipeline.Begin(2);
        _pipeline.Carry(second, Tokens);
        Assert.Equal((PipelineFixture.PromptTokens + After) / 16, second.Actor.Coordinator.InheritedPages);
        AssertComputed(again: (PipelineFixture.PromptTokens + After) % 16);
    }

    [Fact]
    public void A_router_that_leaves_then_is_followed_by_one_with_a_later_epoch()
    {
        Keep();
        _first.Actor.Coordinator.Leave(_pipeline.Now);
        _pipeline.Carry(_first, After + 1);
        RouterHandover handover = _first.Actor.Coordinator.Handover!;
        Assert.True(handover.Plan.Epoch < _pipeline.Plan!.Epoch);
        PipelinePlan prepared = _pipeline.Plan = _pipeline.Plan.Again(2);
        _pipeline.Carry(_pipeline.Begin(2, handover, prepared), Tokens);
        Assert.True(_pipeline.Plan.Epoch > prepared.Epoch);
        AssertComputed(again: (PipelineFixture.PromptTokens + After) % 16);
    }

    [Fact]
    public void A_router_whose_plan_is_refused_leaves_its_pages_to_the_later_one()
    {
        PipelinePlan later = _pipeline.Plan = _pipeline.Plan!.Again(2);
        _pipeline.Saving = null;
        _first.Actor.Receive(new PlanSaved(1, later), _pipeline.Now);
        _pipeline.Carry(_first, After + 1);
        Assert.Equal(PlanPhase.Stopped, _first.Actor.Coordinator.Phase);
        _pipeline.Carry(_pipeline.Begin(2, _first.Actor.Coordinator.Handover!, later), Tokens);
        AssertComputed(again: (PipelineFixture.PromptTokens + After) % 16);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void When_the_device_that_comes_is_lost_the_plan_in_force_stays_and_can_be_inherited(bool saved)
    {
        if (saved)
        {
            Keep();
        }

        _pipeline.Restart(Coming.Device, 2);
        _first.Actor.Receive(_pipeline.Members(), _pipeline.Now);
        _pipeline.Saving = null;
        Assert.Equal(0, _first.Actor.Coordinator.Recoveries);
        Assert.Contains(_first.Actor.Coordinator.Plan!.Stages, static stage => stage.Device == Leaving);
        _pipeline.Carry(_pipeline.Begin(2), Tokens);
        AssertComputed(again: (PipelineFixture.PromptTokens + After) % 16);
    }

    /// <summary>Saves the plan; the router does not receive the answer.</summary>
    private void Keep()
    {
        _pipeline.Plan = PlanStore.Save(_pipeline.Plan, _saved[^1].Plan);
        Assert.Equal(_saved[^1].Plan, _pipeline.Plan);
        _pipeline.Saving = null;
    }

    /// <param name="again">Rows that are computed a second time.</param>
    private void AssertComputed(int again)
    {
        Assert.Equal(_expected, _pipeline.Committed);
        Assert.InRange(_pipeline.Rows.Sum() - _pipeline.Rows.Count, Math.Max(0, again - 1), again);
    }
}
