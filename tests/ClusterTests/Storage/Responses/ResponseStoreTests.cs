using Npgsql;
using OrleansInference.Api.Storage;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.Storage;
using OrleansInference.Silo.Storage.Sqlite;

namespace OrleansInference.ClusterTests.Storage.Responses;

/// <summary>What every store of responses and conversations does. Each test has a store of its own.</summary>
public abstract class ResponseStoreTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);

    private static readonly StoredResponse Full = new("team", "resp_full", Start)
    {
        Status = ResponseStatus.Queued,
        Background = true,
        Previous = "resp_before",
        Conversation = "conv_1",
        ExpiresAt = Start.AddDays(30),
        TouchedAt = Start.AddSeconds(1),
        Document = """{"id":"resp_full","instructions":"Ünïcode 'quoted' 🫖"}""",
        Input = "[1]",
        Work = """{"seed":18446744073709551615}""",
        Session = "41",
        Output = "[2]",
        Result = "{}",
    };

    private protected (IResponseStore Responses, IConversationStore Conversations) Store { get; private set; }

    private IResponseStore Responses => Store.Responses;

    private IConversationStore Conversations => Store.Conversations;

    public async Task InitializeAsync() => Store = await OpenAsync();

    public abstract Task DisposeAsync();

    /// <summary>An empty store.</summary>
    private protected abstract Task<(IResponseStore, IConversationStore)> OpenAsync();

    /// <summary>The same store, as another node opens it.</summary>
    private protected abstract Task<(IResponseStore Responses, IConversationStore Conversations)> ReopenAsync();

    [SkippableFact]
    public async Task A_response_is_read_as_it_was_written_by_its_tenant_alone()
    {
        StoredResponse bare = Running("bare");
        await Responses.AddAsync(bare);
        await Responses.AddAsync(Full);

        (IResponseStore other, _) = await ReopenAsync();
        Assert.Equal(bare, await other.FindAsync("team", bare.Id));
        Assert.Equal(Full, await other.FindAsync("team", Full.Id));
        Assert.Null(await other.FindAsync("Team", Full.Id));
        Assert.Null(await other.FindAsync("team", "resp_FULL"));
        Assert.False(await other.DeleteAsync("other", Full.Id));
        Assert.False(await other.CancelAsync("other", Full.Id));
        Assert.Empty(await other.ListTurnsAsync("other", Full.Id, 10));
    }

    [SkippableFact]
    public async Task A_response_ends_once()
    {
        StoredResponse running = Running("a") with { Status = ResponseStatus.Queued };
        await Responses.AddAsync(running);
        await Responses.AttachAsync(running.Id, "7");
        Assert.Equal(running with { Status = ResponseStatus.InProgress, Session = "7" }, await Responses.FindAsync("team", running.Id));

        StoredResponse[] ends = [.. Enumerable.Range(0, 8).Select(number => Ended(running) with { Result = $"{{\"number\":{number}}}" })];
        ResponseStatus?[] stored = await Task.WhenAll(ends.Select(end => Task.Run(() => Responses.EndAsync(end, []))));
        Assert.Equal(ResponseStatus.Completed, Assert.Single(stored, static status => status is not null));
        StoredResponse found = (await Responses.FindAsync("team", running.Id))!;
        Assert.Equal(ends[Array.FindIndex(stored, static status => status is not null)] with { Work = null, Session = null }, found);

        await Responses.AttachAsync(running.Id, "8");
        Assert.False(await Responses.CancelAsync("team", running.Id));
        Assert.Equal(found, await Responses.FindAsync("team", running.Id));
        Assert.Null(await Responses.EndAsync(Ended(Running("unknown")), []));
    }

    [SkippableFact]
    public async Task A_cancelled_response_gets_its_output_once_and_adds_nothing_to_its_conversation()
    {
        await Conversations.AddAsync(new StoredConversation("team", "conv_1", Start, "{}", Start.AddDays(1)), []);
        StoredResponse running = Running("a") with { Conversation = "conv_1" };
        await Responses.AddAsync(running);
        Assert.True(await Responses.CancelAsync("team", running.Id));
        Assert.False(await Responses.CancelAsync("team", running.Id));
        Assert.Equal(ResponseStatus.Cancelled, (await Responses.FindAsync("team", running.Id))!.Status);

        Assert.Equal(ResponseStatus.Cancelled, await Responses.EndAsync(Ended(running), [new StoredItem("msg_1", "{}")]));
        Assert.Null(await Responses.EndAsync(Ended(running), []));
        Assert.Equal((ResponseStatus.Cancelled, "[3]"), ((await Responses.FindAsync("team", running.Id))!.Status, (await Responses.FindAsync("team", running.Id))!.Output));
        Assert.Empty(await Conversations.ListItemsAsync("team", "conv_1", null, 10, newestFirst: false));
    }

    [SkippableFact]
    public async Task Turns_are_listed_from_the_oldest_and_a_deleted_one_is_left_out()
    {
        string? previous = null;
        foreach (string name in (string[])["a", "b", "c", "d"])
        {
            await Responses.AddAsync(Running(name) with { Previous = previous });
            previous = $"resp_{name}";
        }

        Assert.Equal(["resp_a", "resp_b", "resp_c"], await TurnsAsync("resp_c", 10));
        Assert.Equal(["resp_c", "resp_d"], await TurnsAsync("resp_d", 2));
        Assert.True(await Responses.DeleteAsync("team", "resp_b"));
        Assert.False(await Responses.DeleteAsync("team", "resp_b"));
        Assert.Equal(["resp_a", "resp_c", "resp_d"], await TurnsAsync("resp_d", 10));
        Assert.True(await Responses.DeleteAsync("team", "resp_a"));
        Assert.Equal(["resp_c", "resp_d"], await TurnsAsync("resp_d", 10));
        Assert.Empty(await TurnsAsync("resp_b", 10));

        async Task<string[]> TurnsAsync(string id, int most) => [.. (await Responses.ListTurnsAsync("team", id, most)).Select(static turn => turn.Id)];
    }

    [SkippableFact]
    public async Task A_node_learns_which_of_its_responses_still_run()
    {
        foreach (string name in (string[])["a", "b", "c", "d"])
        {
            await Responses.AddAsync(Running(name));
        }

        await Responses.EndAsync(Ended(Running("b")), []);
        await Responses.CancelAsync("team", "resp_c");
        await Responses.DeleteAsync("team", "resp_d");
        Assert.Equal(["resp_a"], await Responses.TouchAsync(["resp_a", "resp_b", "resp_c", "resp_d"], Start.AddMinutes(1)));
        Assert.Equal(Start.AddMinutes(1), (await Responses.FindAsync("team", "resp_a"))!.TouchedAt);
    }

    [SkippableFact]
    public async Task A_silent_background_response_is_claimed_by_one_node()
    {
        await Responses.AddAsync(Running("foreground"));
        await Responses.AddAsync(Running("ended") with { Background = true });
        await Responses.EndAsync(Ended(Running("ended")), []);
        await Responses.AddAsync(Running("recent") with { Background = true, TouchedAt = Start.AddSeconds(30) });
        foreach (int number in Enumerable.Range(0, 5))
        {
            await Responses.AddAsync(Running($"{number}") with { Background = true, TouchedAt = Start.AddSeconds(number) });
        }

        IReadOnlyList<StoredResponse> first = await Responses.ClaimAsync(Start.AddSeconds(10), Start.AddSeconds(60), 2);
        Assert.Equal(["resp_0", "resp_1"], first.Select(static response => response.Id).Order());
        Assert.All(first, static response => Assert.Equal(Start.AddSeconds(60), response.TouchedAt));
        (IResponseStore other, _) = await ReopenAsync();
        IReadOnlyList<StoredResponse>[] both = await Task.WhenAll(
            Task.Run(() => Responses.ClaimAsync(Start.AddSeconds(10), Start.AddSeconds(60), 10)), Task.Run(() => other.ClaimAsync(Start.AddSeconds(10), Start.AddSeconds(60), 10)));
        Assert.Equal(["resp_2", "resp_3", "resp_4"], both.SelectMany(static claimed => claimed).Select(static response => response.Id).Order());
    }

    [SkippableFact]
    public async Task Expired_responses_and_conversations_are_deleted()
    {
        await Responses.AddAsync(Running("old") with { ExpiresAt = Start.AddDays(1) });
        await Responses.AddAsync(Running("new") with { ExpiresAt = Start.AddDays(3), Previous = "resp_old", Conversation = "conv_old" });
        await Responses.AddAsync(Running("forever"));
        await Conversations.AddAsync(new StoredConversation("team", "conv_old", Start, "{}", Start.AddDays(1)), [new StoredItem("msg_1", "{}")]);
        await Conversations.AddAsync(new StoredConversation("team", "conv_new", Start, "{}", Start.AddDays(1)), []);
        await Conversations.AppendAsync("team", "conv_new", [], Start.AddDays(3));

        Assert.Equal(2, await Responses.PruneAsync(Start.AddDays(2)));
        Assert.Null(await Responses.FindAsync("team", "resp_old"));
        Assert.Null(await Conversations.FindAsync("team", "conv_old"));
        Assert.NotNull(await Conversations.FindAsync("team", "conv_new"));
        StoredResponse kept = (await Responses.FindAsync("team", "resp_new"))!;
        Assert.Equal((null, null), (kept.Previous, kept.Conversation));
        Assert.Equal(2, await Responses.PruneAsync(Start.AddYears(1000)));
        Assert.NotNull(await Responses.FindAsync("team", "resp_forever"));
    }

    [SkippableFact]
    public async Task A_conversation_is_read_as_it_was_written_by_its_tenant_alone()
    {
        StoredConversation written = new("team", "conv_1", Start, """{"topic":"tea"}""", Start.AddDays(1));
        await Conversations.AddAsync(written, [new StoredItem("msg_1", """{"n":1}""")]);

        (_, IConversationStore other) = await ReopenAsync();
        Assert.Equal(written, await other.FindAsync("team", "conv_1"));
        Assert.Equal(written with { Metadata = "{}" }, await other.UpdateAsync("team", "conv_1", "{}"));
        Assert.Equal("{}", (await Conversations.FindAsync("team", "conv_1"))!.Metadata);
        Assert.Null(await other.FindAsync("other", "conv_1"));
        Assert.Null(await other.UpdateAsync("other", "conv_1", "{}"));
        Assert.Null(await other.FindItemAsync("other", "conv_1", "msg_1"));
        Assert.Empty(await other.ListItemsAsync("other", "conv_1", null, 10, newestFirst: false));
        Assert.False(await other.DeleteItemAsync("other", "conv_1", "msg_1"));
        Assert.False(await other.AppendAsync("other", "conv_1", [], Start));
        Assert.False(await other.DeleteAsync("other", "conv_1"));
    }

    [SkippableFact]
    public async Task Items_are_listed_in_parts_in_either_order()
    {
        await Conversations.AddAsync(new StoredConversation("team", "conv_1", Start, "{}", Start.AddDays(1)), [.. Items("a", 2)]);
        Assert.True(await Conversations.AppendAsync("team", "conv_1", [.. Items("b", 450)], Start.AddDays(2)));
        Assert.False(await Conversations.AppendAsync("team", "conv_2", [.. Items("c", 1)], Start.AddDays(2)));
        string[] all = [.. Items("a", 2).Concat(Items("b", 450)).Select(static item => item.Id)];

        Assert.Equal(all, await IdsAsync(null, 1000, false));
        Assert.Equal(all[..3], await IdsAsync(null, 3, false));
        Assert.Equal(all[3..6], await IdsAsync(all[2], 3, false));
        Assert.Equal(all.Reverse().Take(3), await IdsAsync(null, 3, true));
        Assert.Equal([all[1], all[0]], await IdsAsync(all[2], 5, true));
        Assert.Equal(Items("b", 450).First(), await Conversations.FindItemAsync("team", "conv_1", all[2]));
        Assert.True(await Conversations.DeleteItemAsync("team", "conv_1", all[2]));
        Assert.False(await Conversations.DeleteItemAsync("team", "conv_1", all[2]));
        Assert.Equal([all[1], all[3]], await IdsAsync(all[0], 2, false));
        Assert.Equal(Start.AddDays(2), (await Conversations.FindAsync("team", "conv_1"))!.ExpiresAt);

        async Task<string[]> IdsAsync(string? after, int count, bool newestFirst) => [.. (await Conversations.ListItemsAsync("team", "conv_1", after, count, newestFirst)).Select(static item => item.Id)];
    }

    [SkippableFact]
    public async Task Turns_that_end_together_are_added_one_after_the_other()
    {
        const int Turns = 8;
        await Conversations.AddAsync(new StoredConversation("team", "conv_1", Start, "{}", Start.AddDays(1)), []);
        (IResponseStore other, _) = await ReopenAsync();
        await Task.WhenAll(Enumerable.Range(0, Turns).Select(number => Task.Run(async () =>
        {
            StoredResponse response = Running($"{number}") with { Conversation = "conv_1", CreatedAt = Start.AddSeconds(number) };
            await Responses.AddAsync(response);
            await (number % 2 == 0 ? Responses : other).EndAsync(Ended(response), [.. Items($"{number}", 3)]);
        })));

        string[] ids = [.. (await Conversations.ListItemsAsync("team", "conv_1", null, 100, newestFirst: false)).Select(static item => item.Id)];
        Assert.Equal(3 * Turns, ids.Length);
        Assert.All(ids.Chunk(3), static turn => Assert.Equal([turn[0], turn[0][..^1] + "1", turn[0][..^1] + "2"], turn));
        Assert.Equal(Enumerable.Range(0, Turns).Select(static number => $"resp_{number}"), await Conversations.ListResponsesAsync("team", "conv_1"));
        Assert.Empty(await Conversations.ListResponsesAsync("other", "conv_1"));
    }

    [SkippableFact]
    public async Task A_deleted_conversation_leaves_its_responses_and_gets_no_more_turns()
    {
        await Conversations.AddAsync(new StoredConversation("team", "conv_1", Start, "{}", Start.AddDays(1)), [.. Items("a", 2)]);
        StoredResponse running = Running("a") with { Conversation = "conv_1" };
        await Responses.AddAsync(running);
        Assert.True(await Conversations.DeleteAsync("team", "conv_1"));
        Assert.False(await Conversations.DeleteAsync("team", "conv_1"));
        Assert.Empty(await Conversations.ListItemsAsync("team", "conv_1", null, 10, newestFirst: false));
        Assert.Null((await Responses.FindAsync("team", running.Id))!.Conversation);
        Assert.Equal(ResponseStatus.Completed, await Responses.EndAsync(Ended(running), [.. Items("b", 2)]));
        Assert.Null(await Conversations.FindAsync("team", "conv_1"));
    }

    [SkippableFact]
    public async Task Sessions_of_a_tenant_are_listed_in_parts_with_their_number_of_items()
    {
        await Conversations.AddAsync(new StoredConversation("team", "conv_b", Start, "{}", Start.AddDays(1)), [.. Items("a", 3)]);
        await Conversations.AddAsync(new StoredConversation("team", "conv_a", Start.AddSeconds(1), "{}", DateTimeOffset.MaxValue), []);
        await Conversations.AddAsync(new StoredConversation("other", "conv_c", Start, "{}", Start), []);
        await Responses.AddAsync(Full);
        await Responses.AddAsync(Running("b") with { Input = """[{},{"content":["[",","]}]""" });
        await Responses.AddAsync(Running("z") with { Tenant = "other" });

        (IResponseStore responses, IConversationStore conversations) = await ReopenAsync();
        IReadOnlyList<StoredSession> first = await conversations.ListAsync("team", "", 1);
        Assert.Equal(("conv_a", Start.AddSeconds(1), 0), (Assert.Single(first).Id, first[0].CreatedAt, first[0].Items));
        Assert.Equal([new StoredSession("conv_b", Start, Start.AddDays(1), 3)], await conversations.ListAsync("team", "conv_a", 5));
        Assert.Empty(await conversations.ListAsync("team", "resp_", 5));
        Assert.Equal(["resp_b", "resp_full"], (await responses.ListAsync("team", "conv_b", 5)).Select(static session => session.Id));
        Assert.Equal([new StoredSession("resp_full", Start, Start.AddDays(30), 2)], await responses.ListAsync("team", "resp_b", 5));
        Assert.Equal(2, (await responses.FindSessionAsync("team", "resp_b"))!.Items);
        Assert.Equal(first[0], await conversations.FindSessionAsync("team", "conv_a"));
        Assert.Null(await responses.FindSessionAsync("other", "resp_b"));
        Assert.Null(await conversations.FindSessionAsync("other", "conv_a"));
        Assert.Null(await conversations.FindSessionAsync("team", "resp_b"));
    }

    private static StoredResponse Running(string name) => new("team", $"resp_{name}", Start) { Document = "{}", Input = "[]", Work = "{}" };

    private static StoredResponse Ended(StoredResponse running) => running with { Status = ResponseStatus.Completed, Output = "[3]", Result = "{}" };

    private static IEnumerable<StoredItem> Items(string name, int count) => Enumerable.Range(0, count).Select(number => new StoredItem($"msg_{name}_{number}", $"{{\"number\":{number}}}"));
}

/// <summary>The store of a process without a database.</summary>
public sealed class MemoryResponseTests : ResponseStoreTests
{
    public override Task DisposeAsync() => Task.CompletedTask;

    private protected override Task<(IResponseStore, IConversationStore)> OpenAsync()
    {
        MemoryResponseStore store = new();
        return Task.FromResult<(IResponseStore, IConversationStore)>((store, store));
    }

    private protected override Task<(IResponseStore Responses, IConversationStore Conversations)> ReopenAsync() => Task.FromResult(Store);
}

/// <summary>The store of a node without PostgreSQL.</summary>
public sealed class SqliteResponseTests : ResponseStoreTests
{
    private readonly SqliteFile _file = new();

    public override Task DisposeAsync() => _file.CloseAsync();

    private protected override Task<(IResponseStore, IConversationStore)> OpenAsync() => ReopenAsync();

    private protected override async Task<(IResponseStore Responses, IConversationStore Conversations)> ReopenAsync()
    {
        var store = await _file.OpenAsync();
        return (store.Responses, store.Conversations);
    }
}

/// <summary>The store of a cluster.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresResponseTests(PostgresFixture postgres) : ResponseStoreTests
{
    private readonly PostgresCluster _cluster = new(postgres);

    public override Task DisposeAsync() => _cluster.CloseAsync();

    [SkippableFact]
    public async Task Expired_responses_are_deleted_in_parts()
    {
        DateTimeOffset expired = new(2026, 3, 4, 0, 0, 0, TimeSpan.Zero);
        const int Count = 1001;
        for (int number = 0; number < Count; number++)
        {
            await Store.Responses.AddAsync(new StoredResponse("team", $"resp_{number}", expired) { Document = "{}", Input = "[]", ExpiresAt = expired.AddMilliseconds(number) });
        }

        // A transaction that holds the last one does not keep the others.
        await using NpgsqlConnection other = new(postgres.Local.ConnectionString);
        await other.OpenAsync();
        await using NpgsqlTransaction transaction = await other.BeginTransactionAsync();
        await using NpgsqlCommand hold = new($"SELECT 1 FROM inference.response WHERE id = 'resp_{Count - 1}' FOR UPDATE", other, transaction);
        await hold.ExecuteScalarAsync();
        Task<int> pruning = Store.Responses.PruneAsync(expired.AddDays(1));
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        while (await Store.Responses.FindAsync("team", "resp_0", limit.Token) is not null)
        {
            Assert.False(pruning.IsCompleted);
        }

        await transaction.RollbackAsync();
        Assert.Equal(Count, await pruning);
        Assert.Null(await Store.Responses.FindAsync("team", $"resp_{Count - 1}"));
    }

    private protected override Task<(IResponseStore, IConversationStore)> OpenAsync() => ReopenAsync();

    private protected override async Task<(IResponseStore Responses, IConversationStore Conversations)> ReopenAsync()
    {
        var store = await _cluster.OpenAsync();
        return (store.Responses, store.Conversations);
    }
}
