using Microsoft.Extensions.Logging.Abstractions;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;
using OrleansInference.Silo.Storage.Sqlite;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.ClusterTests.Storage.Tenancy;

/// <summary>Usage that is counted from sessions. Each test has a store of its own.</summary>
public abstract class UsageTests : IAsyncLifetime
{
    private static readonly UsageQuery All = new(DateOnly.MinValue.AddYears(1900), DateOnly.MaxValue);

    private protected ISessionStore Sessions { get; set; } = null!;

    private protected IUsageStore Usage { get; set; } = null!;

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    [SkippableFact]
    public async Task A_session_counts_once_whatever_is_written_again()
    {
        await Sessions.WriteAsync(1, Of(10));
        await AssertAsync(1, 3, 10);
        await Sessions.WriteAsync(1, Of(25));
        await Sessions.WriteAsync(1, Of(25));
        await AssertAsync(1, 3, 25);
        await Sessions.WriteAsync(1, Of(40, FinishReason.Stop));
        await Sessions.WriteAsync(1, Of(40, FinishReason.Stop));
        await AssertAsync(1, 3, 40);
    }

    [SkippableFact]
    public async Task An_answer_that_used_fewer_tokens_counts_those()
    {
        await Sessions.WriteAsync(1, Of(40, FinishReason.Stop));
        await Sessions.WriteAsync(1, Of(40, FinishReason.Stop) with { Used = [33] });
        await AssertAsync(1, 3, 33);
        await Sessions.WriteAsync(2, Of(7, FinishReason.Cancelled) with { Used = [7] });
        await AssertAsync(2, 6, 40);
    }

    [SkippableFact]
    public async Task A_request_that_fails_before_its_first_token_costs_nothing()
    {
        await Sessions.WriteAsync(1, Of(0));
        await Sessions.WriteAsync(1, Of(0, FinishReason.Error) with { Error = new InferenceException(ErrorCode.Overloaded, "full") });
        await AssertAsync(0, 0, 0);
        await Sessions.WriteAsync(2, Of(5, FinishReason.Error) with { Error = new InferenceException(ErrorCode.Internal, "odd") });
        await AssertAsync(1, 3, 5);
    }

    [SkippableFact]
    public async Task A_session_that_goes_on_after_it_was_left_adds_the_rest()
    {
        await Sessions.WriteAsync(1, Of(10) with { Abandoned = true });
        await AssertAsync(1, 3, 10);
        await Sessions.WriteAsync(1, Of(12));
        await AssertAsync(1, 3, 12);
        await Sessions.WriteAsync(1, Of(15, FinishReason.Length));
        await AssertAsync(1, 3, 15);
    }

    [SkippableFact]
    public async Task Usage_is_selected_by_tenant_key_and_day()
    {
        await Sessions.WriteAsync(1, Of(1, FinishReason.Stop));
        await Sessions.WriteAsync(2, Of(2, FinishReason.Stop, "team", "second"));
        await Sessions.WriteAsync(3, Of(4, FinishReason.Stop, "other", "third"));
        await Sessions.WriteAsync(4, Of(8, FinishReason.Stop) with { Request = new GenerationRequest { RequestId = "nobody's", Prompt = new[] { 1 }, MaxTokens = 9 } });
        DateOnly today = DateOnly.FromDateTime(DateTime.UtcNow);
        IReadOnlyList<UsageRecord> all = await Usage.ReadAsync(All);
        Assert.Equal(["other third 4", "team first 1", "team second 2"], all.Select(static record => $"{record.Tenant} {record.Key} {record.CompletionTokens}"));
        Assert.All(all, record => Assert.InRange(record.Day, today.AddDays(-1), today)); // midnight may have come meanwhile
        Assert.Equal(3, (await Usage.ReadAsync(All with { Tenant = "team" })).Sum(static record => record.CompletionTokens));
        Assert.Equal(2, Assert.Single(await Usage.ReadAsync(All with { Key = "second" })).CompletionTokens);
        Assert.Empty(await Usage.ReadAsync(All with { To = today.AddDays(-2) }));
        Assert.Empty(await Usage.ReadAsync(All with { From = today.AddDays(2) }));
    }

    [SkippableFact]
    public async Task Many_sessions_at_the_same_time_add_up()
    {
        const int Count = 200;
        await Task.WhenAll(Enumerable.Range(1, Count).Select(async session =>
        {
            await Sessions.WriteAsync(session, Of(session, tenant: $"tenant-{session % 3}"));
            await Sessions.WriteAsync(session, Of(2 * session, FinishReason.Stop, $"tenant-{session % 3}"));
        }));
        await AssertAsync(Count, 3 * Count, Count * (Count + 1));
    }

    private protected static SessionRecord Of(int tokens, FinishReason finish = FinishReason.None, string tenant = "team", string key = "first")
    {
        SessionRecord record = Samples.Session(tokens, finish);
        return record with { Request = record.Request with { Tenant = tenant, Account = new UsageAccount(key, "demo", 1) } };
    }

    private async Task AssertAsync(long requests, long promptTokens, long completionTokens)
    {
        IReadOnlyList<UsageRecord> records = await Usage.ReadAsync(All);
        Assert.Equal(
            (requests, promptTokens, completionTokens),
            (records.Sum(static record => record.Requests), records.Sum(static record => record.PromptTokens), records.Sum(static record => record.CompletionTokens)));
    }
}

/// <summary>Usage of a cluster.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresUsageTests(PostgresFixture postgres) : UsageTests
{
    private PostgresOptions _options = null!;
    private PostgresClusterStore _store = null!;

    public override async Task InitializeAsync()
    {
        _options = postgres.Options();
        _store = await PostgresFixture.OpenAsync(_options);
        (Sessions, Usage) = (_store, _store.Usage);
    }

    public override async Task DisposeAsync() => await _store.DisposeAsync();

    [SkippableFact]
    public async Task A_late_write_of_another_node_counts_nothing()
    {
        await using PostgresClusterStore other = await PostgresFixture.OpenAsync(_options);
        await Sessions.WriteAsync(1, Of(10));
        await Sessions.WriteAsync(1, Of(40, FinishReason.Stop));
        await other.WriteAsync(1, Of(20));
        await other.WriteAsync(1, Of(20, FinishReason.Cancelled) with { Cancelled = true, Used = [2] });
        UsageRecord record = Assert.Single(await other.Usage.ReadAsync(new UsageQuery(DateOnly.MinValue.AddYears(1900), DateOnly.MaxValue)));
        Assert.Equal((1, 3, 40), (record.Requests, record.PromptTokens, record.CompletionTokens));
        Assert.Equal(40, (await other.ReadAsync(1))!.Choices[0].Tokens.Length);
    }

    [SkippableFact]
    public async Task Usage_outlives_its_sessions()
    {
        await Sessions.WriteAsync(1, Of(10, FinishReason.Stop));
        await using PostgresClusterStore other = await PostgresFixture.OpenAsync(_options with { Retention = TimeSpan.Zero });
        Assert.Equal(1, await other.PruneAsync());
        Assert.Equal(10, Assert.Single(await other.Usage.ReadAsync(new UsageQuery(DateOnly.MinValue.AddYears(1900), DateOnly.MaxValue))).CompletionTokens);
    }
}

/// <summary>Usage of a node without PostgreSQL.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync.
public sealed class SqliteUsageTests : UsageTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleans-inference-usage-").FullName;
    private SqliteDatabase _file = null!;
    private CountingClusterStore _store = null!;

    public override async Task InitializeAsync()
    {
        _file = await SqliteDatabase.OpenAsync(Path.Combine(_folder, "node.db"));
        _store = new CountingClusterStore(_file.Usage, _file.Quotas, NullLogger.Instance);
        (Sessions, Usage) = (_store, _store);
    }

    public override async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _file.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Usage_is_written_when_the_node_ends()
    {
        await Sessions.WriteAsync(1, Of(10));
        await _store.DisposeAsync();
        await using SqliteDatabase again = await SqliteDatabase.OpenAsync(Path.Combine(_folder, "node.db"));
        Assert.Equal(10, Assert.Single(await again.Usage.ReadAsync(new UsageQuery(DateOnly.MinValue.AddYears(1900), DateOnly.MaxValue), default)).CompletionTokens);
        _store = new CountingClusterStore(_file.Usage, _file.Quotas, NullLogger.Instance);
    }
}
