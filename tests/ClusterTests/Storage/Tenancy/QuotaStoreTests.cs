using Npgsql;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Engine.Requests;
using OrleansInference.Silo.Storage;
using OrleansInference.Silo.Storage.Sqlite;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Quotas;
using OrleansInference.Tenancy.Storage;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.ClusterTests.Storage.Tenancy;

/// <summary>What every store of quotas does. Each test has a store of its own, as two nodes open it.</summary>
public abstract class QuotaStoreTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private protected ITenancyStore Tenants { get; set; } = null!;

    private protected IQuotaStore Quotas { get; set; } = null!;

    private protected IQuotaStore Other { get; set; } = null!;

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    [SkippableFact]
    public async Task Concurrent_leases_of_all_nodes_never_pass_a_budget_and_reach_it_exactly()
    {
        string key = await CreateAsync(Limits.None, new Limits { TokenBudget = 10_000 });
        const int Streams = 64;
        long[] used = await Task.WhenAll(Enumerable.Range(0, Streams).Select(async stream =>
        {
            IQuotaStore quotas = stream % 2 == 0 ? Quotas : Other;
            LeaseRequest lease = Request(key, promptTokens: 10, tokens: 64);
            long granted = (await quotas.AdmitAsync(lease)).Granted;
            for (bool more = granted > 0; more;)
            {
                ExtensionAnswer answer = await quotas.ExtendAsync(lease.Id, granted + 64);
                Assert.Equal(answer.Granted == granted + 64, answer.Exceeded is null);
                (more, granted) = (answer.Granted > granted, answer.Granted);
            }

            return granted;
        }));
        Assert.Equal(10_000, used.Sum());
        Assert.Equal(("token_budget", true), await RefusalAsync(Request(key)));
    }

    [SkippableFact]
    public async Task Tokens_that_were_not_used_return_and_a_later_count_corrects_the_first()
    {
        string key = await CreateAsync(new Limits { TokensPerDay = 200 }, new Limits { TokenBudget = 100 });
        LeaseRequest first = Request(key, promptTokens: 20, tokens: 80);
        Assert.Equal(100, (await Quotas.AdmitAsync(first)).Granted);
        Assert.Equal(100, (await Other.AdmitAsync(first)).Granted); // repeated
        Assert.Equal(("token_budget", true), await RefusalAsync(Request(key)));
        await Quotas.SettleAsync(first.Id, 90);
        await Other.SettleAsync(first.Id, 90);
        await Other.SettleAsync(first.Id, 60); // the answer used fewer
        LeaseRequest second = Request(key, promptTokens: 10, tokens: 80);
        Assert.Equal(40, (await Quotas.AdmitAsync(second)).Granted);
        Assert.Equal(60, (await Quotas.ExtendAsync(first.Id, 90)).Granted); // a late question of a request that has ended
        await Quotas.SettleAsync(second.Id, 0);
        await Quotas.SettleAsync(Guid.NewGuid(), 5); // unknown
        Assert.Equal(40, (await Quotas.AdmitAsync(Request(key, promptTokens: 10, tokens: 80))).Granted);
    }

    [SkippableFact]
    public async Task Streams_are_counted_until_they_end()
    {
        string key = await CreateAsync(new Limits { Streams = 2 }, Limits.None);
        LeaseRequest[] leases = [Request(key), Request(key), Request(key)];
        Assert.True((await Quotas.AdmitAsync(leases[0])).Granted > 0);
        Assert.True((await Other.AdmitAsync(leases[1])).Granted > 0);
        Assert.Equal(("streams", false), await RefusalAsync(leases[2]));
        Assert.True((await Quotas.AdmitAsync(Request(key) with { Requests = 0 })).Granted > 0);
        await Quotas.SettleAsync(leases[0].Id, 1);
        await Quotas.SettleAsync(leases[0].Id, 2);
        Assert.True((await Quotas.AdmitAsync(leases[2])).Granted > 0);
        Assert.Equal(("streams", false), await RefusalAsync(Request(key)));
    }

    [SkippableFact]
    public async Task The_tighter_of_two_limits_decides_and_rates_are_told()
    {
        string key = await CreateAsync(new Limits { RequestsPerMinute = 1_000_000, TokensPerMinute = 5_000_000 }, new Limits { RequestsPerMinute = 500_000 });
        LeaseAnswer answer = await Quotas.AdmitAsync(Request(key, promptTokens: 7, tokens: 3));
        Assert.Equal((500_000, 499_999, 5_000_000, 4_999_990), (answer.Rates.Requests, answer.Rates.RequestsLeft, answer.Rates.Tokens, answer.Rates.TokensLeft));
        Assert.InRange(answer.Rates.Reset, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        LeaseAnswer token = await Quotas.AdmitAsync(Request(key) with { Key = null });
        Assert.Equal(1_000_000, token.Rates.Requests);
    }

    private async Task<string> CreateAsync(Limits tenant, Limits key)
    {
        await Tenants.CreateAsync(new Tenant("team", Start, tenant));
        (string id, string text) = KeySecret.Create();
        await Tenants.CreateAsync(new AccessKey(id, "team", Role.User, KeySecret.Hash(text), Start) { Limits = key });
        return id;
    }

    private static LeaseRequest Request(string key, int promptTokens = 1, long tokens = 10) => new(Guid.NewGuid(), "team", key, 1, promptTokens, tokens);

    private async Task<(string Limit, bool IsOfKey)> RefusalAsync(LeaseRequest request)
    {
        LeaseAnswer answer = await Other.AdmitAsync(request);
        Assert.Equal(0, answer.Granted);
        return (answer.Exceeded!.Limit, answer.IsOfKey);
    }
}

/// <summary>Quotas of a node without PostgreSQL.</summary>
public sealed class SqliteQuotaTests : QuotaStoreTests
{
    private readonly SqliteFile _file = new();

    public override async Task InitializeAsync()
    {
        SqliteDatabase one = await _file.OpenAsync();
        (Tenants, Quotas, Other) = (one.Tenancy, one.Quotas, (await _file.OpenAsync()).Quotas);
    }

    public override Task DisposeAsync() => _file.CloseAsync();
}

/// <summary>Quotas of a cluster.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresQuotaTests(PostgresFixture postgres) : QuotaStoreTests
{
    private readonly PostgresCluster _cluster = new(postgres);
    private PostgresClusterStore _one = null!;

    public override async Task InitializeAsync()
    {
        _one = await _cluster.OpenAsync();
        (Tenants, Quotas, Other) = (_one.Tenancy, _one.Quotas, (await _cluster.OpenAsync()).Quotas);
    }

    public override Task DisposeAsync() => _cluster.CloseAsync();

    [SkippableFact]
    public async Task Old_leases_are_removed_in_parts()
    {
        await using NpgsqlConnection connection = new(postgres.Local.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(
            """
            INSERT INTO inference.quota_lease (cluster, id, tenant, key, requests, granted, leased_at, ended_at)
            SELECT 'parts', lpad(to_hex(n), 32, '0'), 'team', '', 1, 1, n, n FROM generate_series(1, 1001) AS n
            """);
        await transaction.CommitAsync();

        // A transaction that holds the last one does not keep the others.
        await using NpgsqlTransaction holding = await connection.BeginTransactionAsync();
        await ExecuteAsync("SELECT 1 FROM inference.quota_lease WHERE cluster = 'parts' AND ended_at = 1001 FOR UPDATE");
        await using PostgresClusterStore store = await PostgresFixture.OpenAsync(postgres.Options() with { ClusterId = "parts" });
        await UntilAsync(1);
        await holding.RollbackAsync();
        await UntilAsync(0);

        async Task ExecuteAsync(string sql)
        {
            await using NpgsqlCommand command = new(sql, connection);
            await command.ExecuteNonQueryAsync();
        }

        async Task UntilAsync(long expected)
        {
            using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
            await using NpgsqlDataSource source = NpgsqlDataSource.Create(postgres.Local.ConnectionString);
            await using NpgsqlCommand count = source.CreateCommand("SELECT count(*) FROM inference.quota_lease WHERE cluster = 'parts'");
            while ((long)(await count.ExecuteScalarAsync(limit.Token))! != expected)
            {
                await Task.Delay(50, limit.Token);
            }
        }
    }

    [SkippableFact]
    public async Task The_end_of_a_session_ends_its_lease()
    {
        await Tenants.CreateAsync(new Tenant("team", DateTimeOffset.UtcNow, new Limits { TokenBudget = 100 }));
        LeaseRequest lease = new(Guid.NewGuid(), "team", null, 1, 3, 97);
        Assert.Equal(100, (await Quotas.AdmitAsync(lease)).Granted);
        Assert.Equal(0, (await Quotas.AdmitAsync(lease with { Id = Guid.NewGuid() })).Granted);
        var session = Samples.Session(20, FinishReason.Stop);
        await _one.WriteAsync(1, session with { Request = session.Request with { Tenant = "team", Account = new UsageAccount("k", "m", 1) { Lease = lease.Id, Leased = 100 } } });
        for (int i = 0; i < 600 && (await Other.AdmitAsync(lease with { Id = Guid.NewGuid(), PromptTokens = 70, Tokens = 7 })).Granted == 0; i++)
        {
            await Task.Delay(50);
        }

        Assert.Equal(0, (await Quotas.AdmitAsync(lease with { Id = Guid.NewGuid(), PromptTokens = 1 })).Granted); // 23 + 77
    }
}
