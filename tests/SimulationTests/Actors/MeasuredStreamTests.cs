using OrleansInference.Cluster.Gateway;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Router;
using OrleansInference.Cluster.Session;
using OrleansInference.Engine.Requests;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>Log-probabilities on their way from the router to the client.</summary>
public sealed class MeasuredStreamTests
{
    private static readonly GenerationRequest Request = new()
    {
        RequestId = "request",
        Prompt = new[] { 1, 2 },
        MaxTokens = 4,
        Choices = 2,
        PromptLogProbs = true,
        Sampling = new SamplingParameters { LogProbs = 1 },
    };

    private static readonly TokenMeasure First = new(-1, [new TokenLogProb(9, -0.5f)]);
    private static readonly TokenMeasure Second = new(-2, []);

    private readonly CollectingPort _port = new();

    [Fact]
    public void The_router_sends_the_prompts_log_before_all_others()
    {
        RoutedSession session = new(0, 0, Request, NothingYet());
        session.CachedPromptTokens = 3;
        session.Publish(new TokenEvent(0, -2, 1, FinishReason.None) { LogProb = float.NaN });
        session.Publish(new TokenEvent(1, -2, 1, FinishReason.None) { LogProb = float.NaN });
        session.Publish(new TokenEvent(0, -1, 2, FinishReason.None) { LogProb = -2 });
        session.Publish(new TokenEvent(1, -1, 2, FinishReason.None) { LogProb = -2 });
        session.Publish(new TokenEvent(0, 0, 5, FinishReason.None) { LogProb = -1, Top = First.Top });
        session.Send(_port, TimeSpan.Zero);

        List<CommitTokens> sent = _port.Take<CommitTokens>();
        Assert.Equal([2, 0], sent.Select(static commit => commit.Choice));
        Assert.Equal([1, 2], sent[0].Tokens);
        Assert.Equal(FinishReason.Length, sent[0].Finish);
        Assert.Equal([float.NaN, -2f], sent[0].Measures.Select(static measure => measure.LogProb));
        Assert.Equal(First.Top, sent[1].Measures.Single().Top);
        Assert.Equal(3, sent[1].CachedPromptTokens);
    }

    [Fact]
    public void A_session_commits_no_token_before_the_prompts_log()
    {
        SessionActor session = new(0, null, _port, new ManualStore().Write, new PipelineChooser(), new SessionOptions());
        session.Receive(new AttachStream(0, 1, 0, Request, [0, 0, 0]), TimeSpan.Zero);
        session.Receive(new CommitTokens(0, 0, 0, [5], FinishReason.None) { Measures = [First] }, TimeSpan.Zero);
        Assert.Equal(0, session.Log(0).Length);
        session.Receive(new CommitTokens(0, 2, 0, [1, 2], FinishReason.Length) { Measures = [TokenMeasure.None, Second], CachedPromptTokens = 9 }, TimeSpan.Zero);
        session.Receive(new CommitTokens(0, 0, 0, [5], FinishReason.None) { Measures = [First] }, TimeSpan.Zero);
        StreamTokens last = _port.Take<StreamTokens>()[^1];
        Assert.Equal((0, 2), (last.Choice, last.CachedPromptTokens));
        Assert.Equal([First], last.Measures);
    }

    [Fact]
    public void The_client_gets_the_prompt_for_every_choice_and_then_the_tokens()
    {
        CollectingClient client = new();
        GatewayStream stream = new(0, 1, 0, Request, [0, 0], [false, false], _port, client, TimeSpan.FromSeconds(1));
        stream.Start(TimeSpan.Zero);
        StreamTokens early = new(1, 0, 0, [5], FinishReason.None) { Measures = [First], CachedPromptTokens = 1 };
        stream.Receive(early, TimeSpan.Zero);
        Assert.Empty(client.Events);
        _port.Sent.Clear();

        stream.Receive(new StreamTokens(1, 2, 0, [1, 2], FinishReason.Length) { Measures = [TokenMeasure.None, Second], CachedPromptTokens = 1 }, TimeSpan.Zero);
        Assert.Equal([0, 0, 2], _port.Take<AttachStream>().Single().From);
        stream.Receive(early, TimeSpan.Zero);

        Assert.Equal([(0, -2), (1, -2), (0, -1), (1, -1), (0, 0)], client.Events.Select(static token => (token.Choice, token.Index)));
        Assert.Equal(-2, client.Events[3].LogProb);
        Assert.Equal(First.Top, client.Events[4].Top.ToArray());
        Assert.Equal(1, client.CachedPromptTokens);
    }

    [Fact]
    public void A_client_that_has_tokens_does_not_get_the_prompt_again()
    {
        CollectingClient client = new();
        GatewayStream stream = new(0, 1, 0, Request, [1, 0], [false, false], _port, client, TimeSpan.FromSeconds(1));
        stream.Start(TimeSpan.Zero);
        Assert.Equal([1, 0, 2], _port.Take<AttachStream>().Single().From);
        stream.Receive(new StreamTokens(1, 0, 1, [6], FinishReason.None) { Measures = [First] }, TimeSpan.Zero);
        Assert.Equal([(1, 6)], client.Tokens);
    }

    [Fact]
    public void A_stopped_choice_delivers_nothing_more_and_is_asked_to_end_until_it_has()
    {
        CollectingClient client = new();
        GenerationRequest plain = Request with { Choices = 1, PromptLogProbs = false };
        GatewayStream stream = new(0, 1, 0, plain, [0], [false], _port, client, TimeSpan.FromSeconds(1));
        stream.Receive(new StreamTokens(1, 0, 0, [5], FinishReason.None), TimeSpan.Zero);
        stream.Stop(0, TimeSpan.Zero);
        stream.Receive(new StreamTokens(1, 0, 1, [6], FinishReason.None), TimeSpan.Zero);
        stream.Tick(TimeSpan.FromSeconds(2));
        Assert.Equal(2, _port.Take<StopChoice>().Count);
        stream.Receive(new StreamTokens(1, 0, 2, [], FinishReason.Cancelled), TimeSpan.Zero);
        stream.Receive(new StreamDetached(1), TimeSpan.Zero);
        Assert.Equal([(0, 5)], client.Tokens);
        Assert.True(client.IsEnded);
    }

    [Fact]
    public void An_end_without_a_token_is_an_event_of_its_own()
    {
        CollectingClient client = new();
        GenerationRequest plain = Request with { Choices = 1, PromptLogProbs = false };
        GatewayStream stream = new(0, 1, 0, plain, [0], [false], _port, client, TimeSpan.FromSeconds(1));
        stream.Receive(new StreamTokens(1, 0, 0, [5], FinishReason.Cancelled), TimeSpan.Zero);
        Assert.Equal([(0, 5), (1, -1)], client.Tokens);
        Assert.Equal(FinishReason.None, client.Events[0].Finish);
        Assert.Equal(FinishReason.Cancelled, client.Events[^1].Finish);
    }

    private static ChoiceLog[] NothingYet() => [.. Enumerable.Repeat(new ChoiceLog([], FinishReason.None), 3)];
}
