using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Session;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>A session commits no token that was not leased to it.</summary>
public sealed class SessionBudgetTests
{
    private static readonly InferenceException Used = new(ErrorCode.BudgetExceeded, "The budget is used.");

    private static readonly GenerationRequest Request = new()
    {
        RequestId = "request",
        Prompt = new[] { 1, 2 },
        MaxTokens = 500,
        Account = new UsageAccount("key", "model", 1) { Lease = Guid.NewGuid(), Leased = 42 },
    };

    private readonly CollectingPort _port = new();
    private readonly ManualStore _store = new();
    private readonly List<long> _asked = [];

    [Fact]
    public void It_asks_before_its_tokens_are_used_and_once()
    {
        SessionActor session = Begin();
        Commit(session, 0, 7);
        Assert.Empty(_asked);
        Commit(session, 7, 2);
        Commit(session, 9, 1);
        Assert.Equal([2 + 40 + 64], _asked);
        session.Granted(106, null, default);
        Commit(session, 10, 90);
        Assert.Equal(100, session.Log(0).Length);
        Assert.Equal([106, 170], _asked);
    }

    [Fact]
    public void Tokens_wait_for_a_lease_and_are_committed_in_their_order()
    {
        SessionActor session = Begin();
        Commit(session, 0, 38);
        Commit(session, 38, 4); // two of them have a lease
        Commit(session, 42, 1);
        Commit(session, 43, 1);
        Assert.Equal(40, session.Log(0).Length);
        Assert.Equal(40, _port.Take<StreamTokens>().Sum(static stream => stream.Tokens.Length));
        session.Granted(106, null, default);
        Assert.Equal(Enumerable.Range(100, 44), session.Log(0).ToArray());
        Assert.Equal(Enumerable.Range(140, 4), _port.Take<StreamTokens>().SelectMany(static stream => stream.Tokens));
    }

    [Fact]
    public void A_used_budget_ends_it_after_exactly_the_tokens_that_were_leased()
    {
        SessionActor session = Begin();
        Commit(session, 0, 38);
        session.Granted(50, Used, default); // eight more
        Commit(session, 38, 5);
        Commit(session, 43, 9);
        Assert.Equal(48, session.Log(0).Length);
        Assert.Equal(2, _asked.Count); // once more, as others may have given back
        session.Granted(50, Used, default);
        StreamTokens last = _port.Take<StreamTokens>()[^1];
        Assert.Equal((FinishReason.Error, Used), (last.Finish, last.Error));
        Assert.Equal(48, session.Log(0).Length);
        session.Tick(TimeSpan.FromSeconds(2));
        Assert.Equal((48, true), (_store.Record!.CountedTokens, _store.Record.Ended));
    }

    [Fact]
    public void An_end_that_waits_is_the_end()
    {
        SessionActor session = Begin();
        Commit(session, 0, 38);
        Commit(session, 38, 4, FinishReason.Stop);
        Assert.Equal(40, session.Log(0).Length);
        session.Granted(106, null, default);
        Assert.Equal((42, FinishReason.Stop), (session.Log(0).Length, _port.Take<StreamTokens>()[^1].Finish));
    }

    [Fact]
    public void A_restored_session_asks_for_what_it_had()
    {
        SessionActor session = Begin();
        Commit(session, 0, 38);
        session.Granted(106, null, default);
        Commit(session, 38, 60);
        session.Tick(TimeSpan.FromSeconds(2));
        _asked.Clear();
        SessionActor again = new(0, _store.Record, _port, _store.Write, new PipelineChooser(), new SessionOptions(), (_, _, upTo) => _asked.Add(upTo));
        Commit(again, 98, 3);
        Assert.Equal(98, again.Log(0).Length);
        Assert.Equal([2 + 98 + 64], _asked);
        again.Granted(164, null, default);
        Assert.Equal(101, again.Log(0).Length);
    }

    [Fact]
    public void Several_choices_share_a_lease()
    {
        SessionActor session = Begin(Request with { Choices = 2 });
        Commit(session, 0, 25);
        Commit(session, 0, 25, choice: 1);
        Assert.Equal((25, 15), (session.Log(0).Length, session.Log(1).Length));
        session.Granted(2 + 40 + 128, null, default);
        Assert.Equal(25, session.Log(1).Length);
    }

    private SessionActor Begin(GenerationRequest? request = null)
    {
        SessionActor session = new(0, null, _port, _store.Write, new PipelineChooser(), new SessionOptions(), (_, lease, upTo) =>
        {
            Assert.Equal(Request.Account!.Lease, lease);
            _asked.Add(upTo);
        });
        session.Receive(new AttachStream(0, 1, 0, request ?? Request, new int[(request ?? Request).Choices]), TimeSpan.Zero);
        session.Written(_store.Version, TimeSpan.Zero);
        return session;
    }

    private static void Commit(SessionActor session, int index, int count, FinishReason finish = FinishReason.None, int choice = 0) =>
        session.Receive(new CommitTokens(0, choice, index, [.. Enumerable.Range(100 + index, count)], finish), TimeSpan.FromSeconds(1));
}
