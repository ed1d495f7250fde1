using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Steps;
using OrleansInference.Simulation.Model;

namespace OrleansInference.SimulationTests.Actors;

public sealed class StageActorTests
{
    private readonly StageFixture _stage = new();

    [Fact]
    public void A_step_of_another_epoch_is_not_computed()
    {
        _stage.Join(2);
        _stage.Actor.Receive(StageFixture.Step(1, 1));
        _stage.Actor.Receive(StageFixture.Step(3, 1));
        Assert.Equal(0, _stage.Work.LayersComputed);
        Assert.Empty(_stage.Port.Take<StepForward>());
    }

    [Fact]
    public void Steps_are_computed_in_the_order_of_their_numbers()
    {
        _stage.Join(1);
        _stage.Actor.Receive(StageFixture.Step(1, 2, 1));
        Assert.Equal(0, _stage.Work.LayersComputed);
        _stage.Actor.Receive(StageFixture.Step(1, 1));
        Assert.Equal([1L, 2L], _stage.Port.Take<StepForward>().Select(static step => step.Step.Number));
    }

    [Fact]
    public void A_step_that_comes_again_is_answered_again_and_not_computed_again()
    {
        _stage.Join(1);
        _stage.Actor.Receive(StageFixture.Step(1, 1));
        _stage.Actor.Receive(StageFixture.Step(1, 1));
        Assert.Equal(1, _stage.Work.LayersComputed);
        List<StepForward> sent = _stage.Port.Take<StepForward>();
        Assert.Equal(2, sent.Count);
        Assert.Equal(sent[0].Hidden, sent[1].Hidden);
    }

    [Fact]
    public void A_plan_for_another_life_is_refused()
    {
        PipelinePlan plan = StageFixture.Plan(1) with { Stages = [new StageAssignment(StageFixture.Self with { Life = 2 }, new LayerRange(0, 2))] };
        _stage.Actor.Receive(new JoinPlan(plan, 0, 1, []));
        Assert.Single(_stage.Port.Take<Refused>());
        Assert.Equal(0, _stage.Actor.Epoch);
    }

    [Fact]
    public void An_older_plan_is_refused_and_a_router_before_the_last_is_informed()
    {
        _stage.Join(5);
        _stage.Actor.Receive(new JoinPlan(StageFixture.Plan(4), 0, 1, []));
        Assert.Single(_stage.Port.Take<Refused>());
        _stage.Actor.Receive(new Probe(0));
        Assert.Equal(1, _stage.Port.Take<Refused>().Single().Latest);
        _stage.Actor.Receive(new Probe(1));
        Assert.Single(_stage.Port.Take<ProbeReply>());
    }

    [Fact]
    public void What_an_earlier_router_prepares_is_refused_once_a_later_one_was_heard()
    {
        _stage.Join(1);
        _stage.Actor.Receive(new Probe(2));
        _stage.Actor.Receive(new LoadLayers(9, 1, StageFixture.Self, new LayerRange(0, 1)));
        Assert.Empty(_stage.Port.Take<LayersLoaded>());
        Assert.Equal(2, _stage.Port.Take<Refused>().Single().Latest);
        _stage.Actor.Receive(new LoadLayers(8, 2, StageFixture.Self, new LayerRange(0, 1)));
        Assert.Single(_stage.Port.Take<LayersLoaded>());
    }

    [Fact]
    public void Two_routers_never_use_the_same_epoch()
    {
        Assert.NotEqual(Epochs.After(7, 1), Epochs.After(7, 2));
        Assert.True(Epochs.After(Epochs.After(0, 9), 1) > Epochs.After(0, 9));
    }

    [Fact]
    public void Contents_hold_from_plan_to_plan_and_not_from_nothing()
    {
        Assert.False(_stage.Join(1).HoldsBase);
        Assert.True(_stage.Join(2, from: 1).HoldsBase);
        Assert.True(_stage.Join(3, from: 1).HoldsBase);
        _stage.Actor.Receive(StageFixture.Step(3, 1));
        Assert.False(_stage.Join(4, from: 2).HoldsBase);
        Assert.False(_stage.Join(5).HoldsBase);
    }

    [Fact]
    public void Transfers_of_a_dropped_step_are_carried_out_where_the_step_had_not_come()
    {
        PageTransfer copy = new(1, 2);
        _stage.Join(1);
        _stage.Actor.Receive(StageFixture.Step(1, 1));
        byte[] page = _stage.Work.ReadPage(new LayerRange(0, 1), 1);
        _stage.Join(2, 1, 3, new DroppedTransfers(2, [copy]));
        Assert.Equal(page, _stage.Work.ReadPage(new LayerRange(0, 1), 2));
    }

    [Fact]
    public void Transfers_of_a_dropped_step_are_not_repeated_where_it_was_computed()
    {
        PageTransfer copy = new(1, 2);
        _stage.Join(1);
        _stage.Actor.Receive(StageFixture.Step(1, 1, transfers: copy));
        byte[] page = _stage.Work.ReadPage(new LayerRange(0, 1), 2);
        _stage.Join(2, 1, 2, new DroppedTransfers(1, [copy]));
        Assert.Equal(page, _stage.Work.ReadPage(new LayerRange(0, 1), 2));
    }

    [Fact]
    public void The_journal_brings_a_lost_stage_back_without_computing_here()
    {
        _stage.Join(1);
        _stage.Actor.Receive(StageFixture.Step(1, 1));
        float[] sent = _stage.Port.Take<StepForward>().Single().Hidden;
        _stage.Join(2, from: 1, firstStep: 2);
        ReplayedSequence sequence = new(0, [7], [1]);
        _stage.Actor.Receive(new JournalRequest(2, [sequence, new ReplayedSequence(1, [7], [3])]));
        Assert.Equal([0], _stage.Port.Take<JournalReply>().Single().Sequences);

        _stage.Actor.Receive(new ReplayJournal(2, sequence, 2));

        ReplayForward replay = _stage.Port.Take<ReplayForward>().Single();
        Assert.Equal(sent, replay.Hidden);
        Assert.Equal(new LayerRange(1, 2), replay.Layers);
        Assert.Equal(1, _stage.Work.LayersComputed);
    }

    [Fact]
    public void A_journal_that_has_given_up_rows_says_so()
    {
        _stage.Join(1);
        _stage.Actor.Receive(new ReplayJournal(1, new ReplayedSequence(4, [7], [1]), 2));
        Assert.Equal(4, _stage.Port.Take<JournalMiss>().Single().Sequence);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_replay_that_comes_again_is_answered_again_and_not_computed_again(int end)
    {
        _stage.Join(1);
        ReplayForward replay = new(1, new ReplayedSequence(0, [7], [1]), new LayerRange(0, end), []);
        _stage.Actor.Receive(replay);
        object first = Assert.Single(_stage.Port.Sent).Message;
        _stage.Port.Sent.Clear();
        _stage.Actor.Receive(replay);
        Assert.Equal(first, Assert.Single(_stage.Port.Sent).Message);
        Assert.Equal(1, _stage.Work.LayersComputed);
    }

    [Fact]
    public void A_piece_of_a_replay_is_computed_after_those_before_it()
    {
        _stage.Join(1);
        ReplayedSequence whole = new(0, [.. Enumerable.Range(0, 20)], [1, 2]);
        ReplayForward[] pieces = [.. new[] { whole.Piece(0, 16), whole.Piece(16, 16) }.Select(static piece => new ReplayForward(1, piece, new LayerRange(0, 1), []))];
        _stage.Actor.Receive(pieces[1]);
        Assert.Equal(0, _stage.Work.LayersComputed);
        _stage.Actor.Receive(pieces[0]);
        _stage.Actor.Receive(pieces[1]);
        Assert.Equal([0, 16], _stage.Port.Take<Replayed>().Select(static replayed => replayed.Start));
        Assert.Equal(2, _stage.Work.LayersComputed);
    }

    [Fact]
    public void Pieces_of_the_journal_are_sent_alone()
    {
        _stage.Join(1);
        Step step = new(1, 1, slices: 1, rows: 20, pages: 2);
        step.Add([.. Enumerable.Range(0, 20)], 0, [1, 2], default);
        _stage.Actor.Receive(new StepForward(step, [], 0));
        float[] sent = _stage.Port.Take<StepForward>().Single().Hidden;
        _stage.Join(2, from: 1, firstStep: 2);
        ReplayedSequence whole = new(0, [.. Enumerable.Range(0, 20)], [1, 2]);
        _stage.Actor.Receive(new ReplayJournal(2, whole.Piece(16, 16), 2));
        ReplayForward replay = _stage.Port.Take<ReplayForward>().Single();
        Assert.Equal((16, 20), (replay.Sequence.Start, replay.Sequence.End));
        Assert.Equal(sent[(16 * ToyModel.HiddenWidth)..(20 * ToyModel.HiddenWidth)], replay.Hidden);
    }

    [Fact]
    public void A_replay_of_another_epoch_is_computed_again()
    {
        _stage.Join(1);
        _stage.Actor.Receive(new ReplayForward(1, new ReplayedSequence(0, [7], [1]), new LayerRange(0, 1), []));
        _stage.Join(2);
        _stage.Actor.Receive(new ReplayForward(2, new ReplayedSequence(0, [8], [1]), new LayerRange(0, 1), []));
        Assert.Equal(2, _stage.Work.LayersComputed);
    }

    [Fact]
    public void What_takes_long_is_asked_for_again_after_twice_as_long()
    {
        CollectingPort port = new();
        Outbox<int> outbox = new(port, TimeSpan.FromMilliseconds(100));
        outbox.Send(1, Address.Router(0), new PlanRead(1, null), TimeSpan.Zero, growth: 2);
        List<int> sent = [];
        for (int now = 0; now <= 1000; now += 50)
        {
            port.Sent.Clear();
            outbox.Tick(TimeSpan.FromMilliseconds(now));
            sent.AddRange(port.Sent.Select(_ => now));
        }

        Assert.Equal([100, 300, 700], sent);
    }

    [Fact]
    public void A_replay_after_the_first_step_is_late()
    {
        _stage.Join(1);
        ReplayForward replay = new(1, new ReplayedSequence(0, [7], [1]), new LayerRange(0, 1), []);
        _stage.Actor.Receive(replay);
        Assert.Single(_stage.Port.Take<Replayed>());
        _stage.Actor.Receive(StageFixture.Step(1, 1));
        _stage.Actor.Receive(replay);
        Assert.Empty(_stage.Port.Take<Replayed>());
        Assert.Equal(2, _stage.Work.LayersComputed);
    }
}
