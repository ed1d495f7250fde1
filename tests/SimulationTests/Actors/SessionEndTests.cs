using OrleansInference.Cluster.Gateway;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Session;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Models;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>Ends that are not the model's own: stop strings, errors, clients that leave.</summary>
public sealed class SessionEndTests
{
    private static readonly GenerationRequest Request = new() { RequestId = "request", Prompt = new[] { 1, 2 }, MaxTokens = 4 };
    private static readonly SessionOptions Options = new() { ResumeWithin = TimeSpan.FromSeconds(5) };

    private readonly CollectingPort _port = new();
    private readonly ManualStore _store = new();

    [Fact]
    public void A_stopped_choice_ends_with_its_tokens_and_the_router_is_informed()
    {
        SessionActor session = Begin();
        Commit(session, 0, [5, 6]);
        _port.Sent.Clear();
        session.Receive(new StopChoice(0, 0, 2), TimeSpan.Zero);
        Assert.Equal(new TokensCommitted(0, 0, 2, FinishReason.Cancelled), _port.Take<TokensCommitted>().Single());
        Assert.Equal(FinishReason.Cancelled, _port.Take<StreamTokens>().Single().Finish);
        Commit(session, 2, [7]);
        Assert.Equal([5, 6], session.Log(0).ToArray());
        Assert.Equal(FinishReason.Cancelled, _port.Take<TokensCommitted>().Single().Finish);
    }

    [Fact]
    public void A_session_that_lost_tokens_generates_them_again_before_it_stops()
    {
        SessionActor session = Begin();
        Commit(session, 0, [5]);
        session.Receive(new StopChoice(0, 0, 2), TimeSpan.Zero);
        Commit(session, 1, [6]);
        session.Receive(new StopChoice(0, 0, 2), TimeSpan.Zero);
        Commit(session, 2, [7]);
        Assert.Equal([5, 6], session.Log(0).ToArray());
    }

    [Fact]
    public void The_tokens_that_an_answer_used_are_durable_also_after_the_end()
    {
        SessionActor session = Begin();
        Commit(session, 0, [5, 6, 7]);
        session.Receive(new DetachStream(0, 0, 1, Cancel: true) { Used = [2] }, TimeSpan.FromSeconds(1));
        session.Receive(new SequencesCancelled(0, 0), TimeSpan.FromSeconds(1));
        session.Tick(TimeSpan.FromSeconds(2));
        Assert.Equal((3, 2), (_store.Record!.Count(), _store.Record.CountedTokens));
        Assert.Equal([2], _store.Record.Used);

        // The session is opened again for a report that comes late.
        SessionActor again = new(0, _store.Record with { Used = [] }, _port, _store.Write, new PipelineChooser(), Options);
        Assert.True(_store.Record.Ended);
        again.Receive(new DetachStream(0, 0, 1, Cancel: false) { Used = [1] }, TimeSpan.FromSeconds(9));
        Assert.Equal(1, _store.Record.CountedTokens);
    }

    [Fact]
    public void An_error_is_durable_and_reaches_the_client_after_the_tokens_before_it()
    {
        InferenceException error = new(ErrorCode.Internal, "odd logits");
        SessionActor session = Begin();
        Commit(session, 0, [5]);
        session.Receive(new CommitTokens(0, 0, 1, [], FinishReason.Error) { Error = error }, TimeSpan.Zero);
        session.Tick(TimeSpan.FromSeconds(1));
        Assert.Same(error, _store.Record!.Error);
        Assert.True(_store.Record.Ended);

        SessionActor again = new(0, _store.Record, _port, _store.Write, new PipelineChooser(), Options);
        again.Receive(new AttachStream(0, 1, 0, Request, [0]), TimeSpan.Zero);
        StreamTokens last = _port.Take<StreamTokens>()[^1];
        Assert.Equal((FinishReason.Error, error), (last.Finish, last.Error));
        Assert.Equal([5], last.Tokens);

        CollectingClient client = new();
        GatewayStream stream = new(0, 1, 0, Request, [0], [false], _port, client, TimeSpan.FromSeconds(1));
        stream.Receive(last, TimeSpan.Zero);
        Assert.Equal([(0, 5)], client.Tokens);
        Assert.Same(error, client.Error);
        Assert.Single(_port.Take<DetachStream>());
    }

    [Fact]
    public void Lack_of_room_ends_only_what_has_not_begun()
    {
        InferenceException full = new(ErrorCode.Overloaded, "full");
        SessionActor session = Begin();
        Commit(session, 0, [5]);
        session.Receive(new CommitTokens(0, 0, 0, [], FinishReason.Error) { Error = full }, TimeSpan.Zero);
        Commit(session, 1, [6]);
        Assert.Equal([5, 6], session.Log(0).ToArray());

        SessionActor other = Begin();
        other.Receive(new CommitTokens(0, 0, 0, [], FinishReason.Error) { Error = full }, TimeSpan.Zero);
        Assert.Same(full, _port.Take<StreamTokens>()[^1].Error);
    }

    [Fact]
    public void Only_the_first_time_may_the_router_refuse_for_lack_of_room()
    {
        SessionActor session = Begin();
        session.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal([true, false], _port.Take<SubmitSequences>().Select(static submit => submit.First));
    }

    [Fact]
    public void What_nobody_asks_for_is_left_off_and_goes_on_when_somebody_does()
    {
        SessionActor session = Begin();
        session.Tick(TimeSpan.FromSeconds(6));
        Assert.Single(_port.Take<CancelSequences>());
        session.Receive(new SequencesCancelled(0, 0), TimeSpan.FromSeconds(6));
        session.Written(_store.Version, TimeSpan.FromSeconds(6));
        Assert.True(session.Ended);
        Assert.True(_store.Record!.Abandoned);
        _port.Sent.Clear();

        session.Receive(new AttachStream(1, 1, 0, Request, [0]), TimeSpan.FromSeconds(60));
        Assert.Single(_port.Take<SubmitSequences>());
        Assert.False(session.Ended);
    }

    [Fact]
    public void A_stream_before_the_last_one_cancels_nothing()
    {
        SessionActor session = Begin();
        session.Receive(new AttachStream(7, 7, 0, Request, [0]), TimeSpan.Zero);
        session.Receive(new DetachStream(0, 0, 1, Cancel: true), TimeSpan.Zero);
        session.Tick(TimeSpan.FromSeconds(1));
        Assert.Empty(_port.Take<CancelSequences>());
        Assert.Empty(_port.Take<StreamDetached>());
    }

    [Fact]
    public void Another_request_gets_nothing_of_a_session_whose_number_it_knows()
    {
        SessionActor session = Begin();
        Commit(session, 0, [5]);
        _port.Sent.Clear();
        session.Receive(new AttachStream(3, 4, 0, Request with { Tenant = "stranger" }, [0]), TimeSpan.Zero);
        StreamTokens refusal = _port.Take<StreamTokens>().Single();
        Assert.Equal((4, FinishReason.Error, ErrorCode.InvalidRequest), (refusal.Stream, refusal.Finish, refusal.Error!.Code));
        Assert.Empty(refusal.Tokens);
    }

    private static void Commit(SessionActor session, int index, int[] tokens) =>
        session.Receive(new CommitTokens(0, 0, index, tokens, FinishReason.None), TimeSpan.Zero);

    private SessionActor Begin()
    {
        SessionActor session = new(0, null, _port, _store.Write, new PipelineChooser(), Options);
        session.Receive(new AttachStream(0, 1, 0, Request, [0]), TimeSpan.Zero);
        session.Written(_store.Version, TimeSpan.Zero);
        return session;
    }
}
