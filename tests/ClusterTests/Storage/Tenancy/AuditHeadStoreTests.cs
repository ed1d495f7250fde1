using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.Storage;
using OrleansInference.Silo.Storage.Sqlite;
using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Audit.Verification;

namespace OrleansInference.ClusterTests.Storage.Tenancy;

/// <summary>Properties of every store of audit heads. Each test has a store of its own.</summary>
public abstract class AuditHeadStoreTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);
    private static readonly AuditKey Key = new("0123456789abcdef"u8);

    private protected IAuditHeadStore Store { get; private set; } = null!;

    public async Task InitializeAsync() => Store = await OpenAsync();

    public abstract Task DisposeAsync();

    /// <summary>An empty store.</summary>
    private protected abstract Task<IAuditHeadStore> OpenAsync();

    /// <summary>The same store, as another node opens it.</summary>
    private protected abstract Task<IAuditHeadStore> ReopenAsync();

    [SkippableFact]
    public async Task A_head_is_read_as_it_was_saved()
    {
        AuditHead head = Head("node-1", 5_000_000_000);
        Assert.Null(await Store.ReadAsync("node-1"));
        Assert.Empty(await Store.ListAsync());
        Assert.True(await Store.SaveAsync(head));

        IAuditHeadStore other = await ReopenAsync();
        Assert.Equal(head, await other.ReadAsync("node-1"));
        Assert.True((await other.ReadAsync("node-1"))!.IsSignedWith(Key));
        Assert.Null(await other.ReadAsync("Node-1"));
    }

    [SkippableFact]
    public async Task A_head_never_goes_back()
    {
        AuditHead saved = Head("a", 7);
        Assert.True(await Store.SaveAsync(saved));
        Assert.False(await Store.SaveAsync(Head("a", 6)));
        Assert.False(await Store.SaveAsync(Head("a", 7, hash: 'f')));
        Assert.Equal(saved, await Store.ReadAsync("a"));

        AuditHead again = AuditHead.Sign("a", 7, saved.Hash, Start.AddSeconds(1), Key);
        Assert.True(await Store.SaveAsync(again));
        Assert.Equal(again, await Store.ReadAsync("a"));
        Assert.True(await Store.SaveAsync(Head("a", 8)));
    }

    [SkippableFact]
    public async Task Of_heads_that_are_saved_at_once_the_highest_stays()
    {
        IAuditHeadStore other = await ReopenAsync();
        await Task.WhenAll(Enumerable.Range(1, 40).Select(number => Task.Run(() => (number % 2 == 0 ? Store : other).SaveAsync(Head("a", number)))));
        Assert.Equal(40, (await Store.ReadAsync("a"))!.Sequence);
    }

    [SkippableFact]
    public async Task Heads_are_listed_in_the_order_of_the_nodes()
    {
        foreach (string node in (string[])["b", "B", "a", "_", "a.b"])
        {
            await Store.SaveAsync(Head(node, 1));
        }

        Assert.Equal(["B", "_", "a", "a.b", "b"], (await Store.ListAsync()).Select(static head => head.Node));
    }

    [SkippableFact]
    public async Task A_log_that_was_cut_off_is_found_with_the_stored_head()
    {
        string folder = Directory.CreateTempSubdirectory("orleans-inference-audit-").FullName;
        try
        {
            AuditLogOptions options = new(folder, "a") { Heads = Store, Key = Key, FlushInterval = Timeout.InfiniteTimeSpan };
            await using (AuditLog log = AuditLog.Open(options, TimeProvider.System))
            {
                await Task.WhenAll(Enumerable.Range(0, 10).Select(number => log.AppendAsync(new AuditEntry($"action.{number}"))));
                Assert.True(await log.FlushAsync());
            }

            AuditVerification verification = new() { Heads = await (await ReopenAsync()).ListAsync(), Key = Key };
            Assert.Empty(AuditVerifier.Verify(folder, verification).Broken);
            string file = Assert.Single(Directory.GetFiles(folder, "*.jsonl"));
            await File.WriteAllLinesAsync(file, (await File.ReadAllLinesAsync(file))[..9]);
            Assert.Equal(AuditFaultKind.CutOff, Assert.Single(AuditVerifier.Verify(folder, verification).Broken).Kind);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static AuditHead Head(string node, long sequence, char hash = 'a') => AuditHead.Sign(node, sequence, new string(hash, 64), Start, Key);
}

/// <summary>The store of a node without PostgreSQL.</summary>
public sealed class SqliteAuditHeadTests : AuditHeadStoreTests
{
    private readonly SqliteFile _file = new();

    public override Task DisposeAsync() => _file.CloseAsync();

    private protected override Task<IAuditHeadStore> OpenAsync() => ReopenAsync();

    private protected override async Task<IAuditHeadStore> ReopenAsync() => (await _file.OpenAsync()).AuditHeads;
}

/// <summary>The store of a cluster.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresAuditHeadTests(PostgresFixture postgres) : AuditHeadStoreTests
{
    private readonly PostgresCluster _cluster = new(postgres);

    public override Task DisposeAsync() => _cluster.CloseAsync();

    private protected override Task<IAuditHeadStore> OpenAsync() => ReopenAsync();

    private protected override async Task<IAuditHeadStore> ReopenAsync() => (await _cluster.OpenAsync()).AuditHeads;
}
