using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Router;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>Loss of a router, alone or with a stage, and the next router, to which the stages report the contents of their pages.</summary>
public sealed class RouterLossTests
{
    private const int Layers = 4;
    private const int Tokens = 60;
    private const int Before = 30; // tokens until the loss
    private const int Context = PipelineFixture.PromptTokens + Before;

    private readonly int[] _expected = PipelineFixture.Undisturbed(Layers, Tokens);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void The_next_router_computes_again_only_what_fills_no_page(int stages)
    {
        PipelineFixture pipeline = new(Layers, stages);
        pipeline.Carry(pipeline.Begin(1), Before);
        pipeline.Rows.Clear();
        var second = pipeline.Begin(2);
        pipeline.Carry(second, Tokens);
        AssertOnlyTheRestIsComputed(pipeline);
        Assert.Equal(Context / 16, second.Actor.Coordinator.InheritedPages);
        Assert.Equal([0, 0, 0], second.Actor.Coordinator.Recovered);
    }

    [Fact]
    public void Routers_that_are_lost_one_after_the_other_are_followed_by_one_that_knows_the_pages()
    {
        PipelineFixture pipeline = new(Layers, 2);
        pipeline.Carry(pipeline.Begin(1), 10);
        pipeline.Carry(pipeline.Begin(2), 20);
        pipeline.Carry(pipeline.Begin(3), Before);
        pipeline.Rows.Clear();
        pipeline.Carry(pipeline.Begin(4), Tokens);
        AssertOnlyTheRestIsComputed(pipeline);
    }

    [Theory]
    [InlineData(1, nameof(RecoveryStrategy.Journal))]
    [InlineData(0, nameof(RecoveryStrategy.Prefix))]
    public void A_stage_that_is_lost_too_gets_its_pages_back_from_the_report_of_the_other_one(int lost, string rung)
    {
        PipelineFixture pipeline = new(Layers, 2);
        pipeline.Carry(pipeline.Begin(1), Before);
        pipeline.Restart(lost, 2);
        pipeline.Rows.Clear();
        var second = pipeline.Begin(2);
        pipeline.Carry(second, Tokens);
        AssertOnlyTheRestIsComputed(pipeline);
        Assert.Equal(1, second.Actor.Coordinator.Recovered[(int)Enum.Parse<RecoveryStrategy>(rung)]);
        Assert.Equal(1, second.Actor.Coordinator.Recovered.Sum());
        Assert.Equal(1, second.Actor.Coordinator.Recoveries);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Long_contexts_come_back_in_pieces(int lost)
    {
        PipelineFixture pipeline = new(Layers, 2) { ReplayTokens = 16 };
        pipeline.Carry(pipeline.Begin(1), Before);
        pipeline.Restart(lost, 2);
        pipeline.Rows.Clear();
        pipeline.Replayed.Clear();
        pipeline.Carry(pipeline.Begin(2), Tokens);
        AssertOnlyTheRestIsComputed(pipeline);
        Assert.Equal([0, 16, 32, 48], pipeline.Replayed);
    }

    [Fact]
    public void When_all_stages_are_lost_too_all_is_computed_again()
    {
        PipelineFixture pipeline = new(Layers, 2);
        pipeline.Carry(pipeline.Begin(1), Before);
        pipeline.Restart(0, 2);
        pipeline.Restart(1, 2);
        pipeline.Rows.Clear();
        var second = pipeline.Begin(2);
        pipeline.Carry(second, Tokens);
        Assert.Equal(Context, pipeline.Rows.TakeWhile(static rows => rows > 1).Sum());
        Assert.Equal(_expected, pipeline.Committed);
        Assert.Equal(0, second.Actor.Coordinator.InheritedPages);
    }

    [Fact]
    public void A_stage_that_has_reported_takes_no_more_steps_of_the_plan()
    {
        StageFixture stage = new();
        stage.Join(1);
        stage.Actor.Receive(StageFixture.Step(1, 1) with { Delta = new PageDelta([], []) { Whole = true } });
        stage.Actor.Receive(new PageInventoryRequest(2, StageFixture.Self, 1));
        Assert.Equal(1, stage.Port.Take<PageInventoryReply>().Single().Handover!.LastStep);
        stage.Port.Sent.Clear();
        stage.Actor.Receive(StageFixture.Step(1, 2));
        Assert.Equal(1, stage.Actor.LastStep);
        Assert.Equal(new Refused(1, StageFixture.Self, 2), stage.Port.Take<Refused>().Single());
    }

    [Fact]
    public void A_stage_reports_nothing_before_the_first_step_of_a_plan_nor_of_one_before_nor_when_deltas_are_lost()
    {
        StageFixture stage = new();
        stage.Join(1);
        AssertReportsNothing(1);
        stage.Actor.Receive(StageFixture.Step(1, 1) with { Delta = new PageDelta([], []) { Whole = true } });
        AssertReportsNothing(0);
        stage.Actor.Receive(StageFixture.Step(1, 2));
        AssertReportsNothing(1);
        Assert.Equal(2, stage.Actor.LastStep);

        void AssertReportsNothing(long epoch)
        {
            stage.Port.Sent.Clear();
            stage.Actor.Receive(new PageInventoryRequest(2, StageFixture.Self, epoch));
            Assert.Null(stage.Port.Take<PageInventoryReply>().Single().Handover);
        }
    }

    [Fact]
    public void A_stage_asked_by_a_router_before_the_latest_refuses()
    {
        StageFixture stage = new();
        stage.Actor.Receive(new Probe(3));
        stage.Actor.Receive(new PageInventoryRequest(2, StageFixture.Self, 1));
        Assert.Equal(new Refused(2, StageFixture.Self, 3), stage.Port.Take<Refused>().Single());
    }

    [Fact]
    public void A_device_that_is_there_and_does_not_report_is_not_waited_for_long()
    {
        PipelineFixture pipeline = new(Layers, 2);
        var router = Asking(pipeline, pipeline.Members());
        for (int tick = 0; tick < 60; tick++)
        {
            pipeline.Now += TimeSpan.FromMilliseconds(100);
            router.Actor.Receive(new ProbeReply(2, new DeviceLife(0, 1)), pipeline.Now);
            router.Actor.Tick(pipeline.Now);
        }

        Assert.Equal(PlanPhase.Saving, router.Actor.Coordinator.Phase);
        Assert.Single(router.Port.Take<SavePlan>().Select(static save => save.Plan.Epoch).Distinct());
    }

    [Fact]
    public void When_a_device_is_lost_before_it_reports_the_next_one_is_asked()
    {
        PipelineFixture pipeline = new(Layers, 2);
        var router = Asking(pipeline, pipeline.Members());
        Assert.Equal(new DeviceLife(0, 1), router.Port.Take<PageInventoryRequest>().Single().Device);
        router.Actor.Receive(new MembershipChanged([new DeviceLife(1, 1)], []), pipeline.Now);
        Assert.Equal(new DeviceLife(1, 1), router.Port.Take<PageInventoryRequest>().Single().Device);
        router.Actor.Receive(new MembershipChanged([new DeviceLife(0, 2), new DeviceLife(1, 2)], []), pipeline.Now);
        Assert.Empty(router.Port.Take<PageInventoryRequest>());
        Assert.Equal(PlanPhase.Saving, router.Actor.Coordinator.Phase);
    }

    private static (int Number, RouterActor Actor, CollectingPort Port) Asking(PipelineFixture pipeline, MembershipChanged members)
    {
        pipeline.Carry(pipeline.Begin(1), 1);
        var router = pipeline.Make(2);
        router.Actor.Coordinator.Start(pipeline.Now);
        router.Actor.Receive(members, pipeline.Now);
        router.Actor.Receive(new PlanRead(2, pipeline.Plan), pipeline.Now);
        return router;
    }

    private void AssertOnlyTheRestIsComputed(PipelineFixture pipeline)
    {
        Assert.Equal(Context % 16, pipeline.Rows[0]);
        Assert.All(pipeline.Rows[1..], static rows => Assert.Equal(1, rows));
        Assert.Equal(_expected, pipeline.Committed);
    }
}
