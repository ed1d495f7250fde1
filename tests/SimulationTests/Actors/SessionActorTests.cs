using OrleansInference.Cluster.Gateway;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Session;
using OrleansInference.Engine.Requests;

namespace OrleansInference.SimulationTests.Actors;

public sealed class SessionActorTests
{
    private static readonly GenerationRequest Request = new() { RequestId = "request", Prompt = new[] { 1, 2 }, MaxTokens = 4 };

    private readonly CollectingPort _port = new();
    private readonly ManualStore _store = new();

    [Fact]
    public void The_router_hears_of_it_only_after_the_prompt_is_durable()
    {
        SessionActor session = Open();
        Assert.Empty(_port.Take<SubmitSequences>());
        session.Written(_store.Version, TimeSpan.Zero);
        Assert.Single(_port.Take<SubmitSequences>());
        Assert.Same(Request, _store.Record!.Request);
    }

    [Fact]
    public void Tokens_are_streamed_once_committed_and_repeated_ones_are_not_appended()
    {
        SessionActor session = Begin();
        session.Receive(new CommitTokens(0, 0, 0, [5, 6], FinishReason.None), TimeSpan.Zero);
        session.Receive(new CommitTokens(0, 0, 1, [6, 7], FinishReason.None), TimeSpan.Zero);
        Assert.Equal([5, 6, 7], session.Log(0).ToArray());
        Assert.Equal([2, 3], _port.Take<TokensCommitted>().Select(static committed => committed.Count));
        Assert.Equal([5, 6, 7], _port.Take<StreamTokens>().SelectMany(static tokens => tokens.Tokens));
    }

    [Fact]
    public void Tokens_after_a_gap_are_not_committed()
    {
        SessionActor session = Begin();
        session.Receive(new CommitTokens(0, 0, 1, [6], FinishReason.None), TimeSpan.Zero);
        Assert.Equal(0, session.Log(0).Length);
        Assert.Empty(_port.Take<TokensCommitted>());
    }

    [Fact]
    public void After_a_crash_it_goes_on_from_what_was_written()
    {
        SessionActor session = Begin();
        session.Receive(new CommitTokens(0, 0, 0, [5], FinishReason.None), TimeSpan.Zero);
        session.Tick(TimeSpan.FromSeconds(1));
        session.Receive(new CommitTokens(0, 0, 1, [6], FinishReason.None), TimeSpan.Zero);
        _port.Sent.Clear();

        SessionActor again = new(0, _store.Record, _port, _store.Write, new PipelineChooser(), new SessionOptions());
        again.Tick(TimeSpan.Zero);

        Assert.Equal([5], _port.Take<SubmitSequences>().Single().Committed[0].Tokens);
    }

    [Fact]
    public void A_gateway_that_has_more_than_the_log_gets_nothing_twice()
    {
        SessionRecord record = new(Request, [new ChoiceLog([5], FinishReason.None)], false);
        SessionActor session = new(0, record, _port, _store.Write, new PipelineChooser(), new SessionOptions());
        session.Receive(new AttachStream(0, 1, 0, Request, [3]), TimeSpan.Zero);
        session.Receive(new CommitTokens(0, 0, 1, [6, 7], FinishReason.None), TimeSpan.Zero);
        Assert.Empty(_port.Take<StreamTokens>());
        session.Receive(new CommitTokens(0, 0, 3, [8], FinishReason.Length), TimeSpan.Zero);
        StreamTokens tokens = _port.Take<StreamTokens>().Single();
        Assert.Equal((3, FinishReason.Length), (tokens.Index, tokens.Finish));
        Assert.Equal([8], tokens.Tokens);
    }

    [Fact]
    public void A_cancellation_is_answered_once_durable_and_reaches_the_router()
    {
        SessionActor session = Begin();
        session.Receive(new AttachStream(2, 9, 0, Request, [0]), TimeSpan.FromSeconds(1));
        session.Receive(new DetachStream(0, 2, 9, Cancel: true), TimeSpan.FromSeconds(1));
        Assert.Empty(_port.Take<StreamDetached>());
        session.Written(_store.Version, TimeSpan.FromSeconds(1));
        Assert.True(_store.Record!.Cancelled);
        Assert.Equal(9, _port.Take<StreamDetached>().Single().Stream);
        Assert.Single(_port.Take<CancelSequences>());
        Assert.False(session.Ended);
        session.Receive(new SequencesCancelled(0, 0), TimeSpan.FromSeconds(1));
        Assert.True(session.Ended);
    }

    [Fact]
    public void A_gateway_delivers_each_token_once_whatever_comes()
    {
        CollectingClient client = new();
        GatewayStream stream = new(0, 1, 0, Request, [1], [false], _port, client, TimeSpan.FromSeconds(1));
        stream.Start(TimeSpan.Zero);
        Assert.Equal([1], _port.Take<AttachStream>().Single().From);
        stream.Receive(new StreamTokens(1, 0, 2, [9], FinishReason.None), TimeSpan.Zero);
        stream.Receive(new StreamTokens(1, 0, 0, [5, 6, 7], FinishReason.None), TimeSpan.Zero);
        stream.Receive(new StreamTokens(1, 0, 1, [6, 7], FinishReason.None), TimeSpan.Zero);
        stream.Receive(new StreamTokens(1, 0, 3, [8], FinishReason.Stop), TimeSpan.Zero);
        stream.Receive(new StreamDetached(1), TimeSpan.Zero);
        Assert.Equal([(1, 6), (2, 7), (3, 8)], client.Tokens);
        Assert.True(client.IsEnded);
    }

    [Fact]
    public void A_gateway_asks_again_soon_at_first_and_then_from_time_to_time()
    {
        GatewayStream stream = new(0, 1, 0, Request, [0], [false], _port, new CollectingClient(), TimeSpan.FromMilliseconds(240));
        stream.Start(TimeSpan.Zero);
        List<int> asked = [];
        for (int now = 0; now <= 1000; now += 10)
        {
            _port.Sent.Clear();
            stream.Tick(TimeSpan.FromMilliseconds(now));
            asked.AddRange(_port.Take<AttachStream>().Select(_ => now));
        }

        Assert.Equal([30, 90, 210, 450, 690, 930], asked);
    }

    [Fact]
    public void A_new_router_hears_of_it_at_once()
    {
        SessionActor session = Begin();
        session.Receive(new CommitTokens(0, 0, 0, [5], FinishReason.None), TimeSpan.Zero);
        _port.Sent.Clear();
        session.Tick(TimeSpan.FromMilliseconds(1));
        Assert.Empty(_port.Take<SubmitSequences>());
        session.OnRouterReplaced(0, TimeSpan.FromMilliseconds(2));
        Assert.Equal([5], _port.Take<SubmitSequences>().Single().Committed[0].Tokens);
    }

    private SessionActor Open()
    {
        SessionActor session = new(0, null, _port, _store.Write, new PipelineChooser(), new SessionOptions());
        session.Receive(new AttachStream(0, 1, 0, Request, [0]), TimeSpan.Zero);
        return session;
    }

    private SessionActor Begin()
    {
        SessionActor session = Open();
        session.Written(_store.Version, TimeSpan.Zero);
        return session;
    }
}
