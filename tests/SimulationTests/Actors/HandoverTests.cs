using OrleansInference.Cluster.Protocol;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>A router that leaves, and the next one.</summary>
public sealed class HandoverTests
{
    private const int Layers = 2;
    private const int Tokens = 60;

    private readonly PipelineFixture _pipeline = new(Layers, 1);
    private readonly int[] _expected = PipelineFixture.Undisturbed(Layers, Tokens);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_next_router_computes_again_only_what_fills_no_page(bool prepared)
    {
        var first = _pipeline.Begin(1);
        _pipeline.Carry(first, until: 30);
        first.Actor.Coordinator.Leave(_pipeline.Now);
        Assert.Null(first.Actor.Coordinator.Handover);
        _pipeline.Carry(first, until: 31); // the step that was under way
        RouterHandover handover = first.Actor.Coordinator.Handover!;
        Assert.Equal(PlanPhase.Stopped, first.Actor.Coordinator.Phase);

        PipelinePlan? next = prepared ? _pipeline.Plan = _pipeline.Plan! with { Epoch = Epochs.After(_pipeline.Plan.Epoch, 2), Router = 2 } : null;
        _pipeline.Rows.Clear();
        var second = _pipeline.Begin(2, handover, next);
        _pipeline.Carry(second, Tokens);

        Assert.Equal((PipelineFixture.PromptTokens + 30) % 16, _pipeline.Rows[0] - 1);
        Assert.All(_pipeline.Rows[1..], static rows => Assert.Equal(1, rows));
        Assert.Equal(_expected, _pipeline.Committed);
        Assert.Equal(2, _pipeline.Plan!.Router);
        Assert.Equal(handover.Pages.Length, second.Actor.Coordinator.InheritedPages);
    }

    [Fact]
    public void A_step_that_does_not_come_back_is_not_waited_for_long()
    {
        var first = _pipeline.Begin(1);
        _pipeline.Carry(first, until: 30);
        Assert.Equal(1, first.Actor.Scheduler.InFlight);
        first.Actor.Coordinator.Leave(_pipeline.Now);
        Assert.Null(first.Actor.Coordinator.Handover);
        _pipeline.Now += TimeSpan.FromSeconds(1);
        first.Actor.Tick(_pipeline.Now);
        _pipeline.Carry(_pipeline.Begin(2, first.Actor.Coordinator.Handover!), Tokens);
        Assert.Equal(_expected, _pipeline.Committed);
    }

    [Fact]
    public void A_stage_that_is_lost_meanwhile_is_replaced_and_its_pages_computed_again()
    {
        var first = _pipeline.Begin(1);
        _pipeline.Carry(first, until: 30);
        first.Actor.Coordinator.Leave(_pipeline.Now);
        _pipeline.Now += TimeSpan.FromSeconds(1);
        first.Actor.Tick(_pipeline.Now);
        _pipeline.Restart(0, 2);
        _pipeline.Rows.Clear();
        var second = _pipeline.Begin(2, first.Actor.Coordinator.Handover!);
        _pipeline.Carry(second, Tokens);
        AssertAllComputedAgain();
        Assert.Equal(0, second.Actor.Coordinator.InheritedPages);
    }

    [Fact]
    public void A_router_without_a_plan_leaves_nothing()
    {
        var first = _pipeline.Make(1);
        first.Actor.Coordinator.Start(_pipeline.Now);
        first.Actor.Coordinator.Leave(_pipeline.Now);
        _pipeline.Now += TimeSpan.FromSeconds(1);
        first.Actor.Tick(_pipeline.Now);
        Assert.Equal(PlanPhase.Stopped, first.Actor.Coordinator.Phase);
        Assert.Null(first.Actor.Coordinator.Handover);
    }

    private void AssertAllComputedAgain()
    {
        Assert.Equal(PipelineFixture.PromptTokens + 30, _pipeline.Rows.TakeWhile(static rows => rows > 1).Sum());
        Assert.Equal(_expected, _pipeline.Committed);
    }
}
