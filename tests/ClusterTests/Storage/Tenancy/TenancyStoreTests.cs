using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Models;
using OrleansInference.Silo.Storage;
using OrleansInference.Silo.Storage.Sqlite;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Storage;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.ClusterTests.Storage.Tenancy;

/// <summary>What every store of tenants and keys does. Each test has a store of its own.</summary>
public abstract class TenancyStoreTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);

    private static readonly Limits AllLimits = new()
    {
        RequestsPerMinute = 1,
        TokensPerMinute = 2,
        Streams = 3,
        TokensPerDay = 4_000_000_000_000,
        TokensPerMonth = 5,
        TokenBudget = 6,
        Weight = 0.1,
        MaxPriority = -7,
        Models = ["a", "b"],
        KvBytes = 0,
    };

    private protected ITenancyStore Store { get; private set; } = null!;

    public async Task InitializeAsync() => Store = await OpenAsync();

    public abstract Task DisposeAsync();

    /// <summary>An empty store.</summary>
    private protected abstract Task<ITenancyStore> OpenAsync();

    /// <summary>The same store, as another node opens it.</summary>
    private protected abstract Task<ITenancyStore> ReopenAsync();

    [SkippableFact]
    public async Task A_tenant_is_read_as_it_was_written()
    {
        Tenant bare = (await Store.CreateAsync(new Tenant("bare", Start, Limits.None)))!;
        Tenant full = (await Store.CreateAsync(new Tenant("Full.1_-", Start, AllLimits) { DisabledAt = Start.AddDays(1) }))!;

        ITenancyStore other = await ReopenAsync();
        Assert.Equal(bare, await other.FindTenantAsync("bare"));
        Assert.Equal(full, await other.FindTenantAsync("Full.1_-"));
        Assert.Null(await other.FindTenantAsync("full.1_-"));
        Assert.Equal(AllLimits, full.Limits);
    }

    [SkippableFact]
    public async Task A_key_is_read_as_it_was_written()
    {
        await Store.CreateAsync(new Tenant("a", Start, Limits.None));
        AccessKey bare = (await Store.CreateAsync(Key("a")))!;
        AccessKey full = (await Store.CreateAsync(Key("a") with
        {
            Role = Role.TenantAdmin,
            Label = "Ünïcode 'quoted'",
            Scopes = Rights.ReadUsage,
            Limits = AllLimits,
            ExpiresAt = Start.AddDays(2),
            RevokedAt = Start.AddDays(1),
            Successor = bare.Id,
        }))!;

        ITenancyStore other = await ReopenAsync();
        Assert.Equal(bare, await other.FindKeyAsync(bare.Id));
        Assert.Equal(full, await other.FindKeyAsync(full.Id));
        Assert.Null(await other.FindKeyAsync("zzzzzzzzzzzz"));
    }

    [SkippableFact]
    public async Task Names_and_ids_are_unique_and_a_key_has_a_tenant()
    {
        Assert.NotNull(await Store.CreateAsync(new Tenant("a", Start, Limits.None)));
        Assert.Null(await Store.CreateAsync(new Tenant("a", Start, AllLimits)));
        Assert.Equal(Limits.None, (await Store.FindTenantAsync("a"))!.Limits);

        AccessKey key = Key("a");
        Assert.NotNull(await Store.CreateAsync(key));
        Assert.Null(await Store.CreateAsync(Key("a") with { Id = key.Id }));
        Assert.Equal(key.Hash.ToArray(), (await Store.FindKeyAsync(key.Id))!.Hash.ToArray());

        AccessKey orphan = Key("unknown");
        Assert.Null(await Store.CreateAsync(orphan));
        Assert.Null(await Store.FindKeyAsync(orphan.Id));
        Assert.Equal(2, await Store.LastChangeAsync()); // what was refused is not a change
    }

    [SkippableFact]
    public async Task Of_two_updates_of_the_same_record_one_is_refused()
    {
        Tenant tenant = (await Store.CreateAsync(new Tenant("a", Start, Limits.None)))!;
        Tenant?[] tenants = await Task.WhenAll(Enumerable.Range(1, 8).Select(number => Task.Run(() => Store.UpdateAsync(tenant with { Limits = new Limits { Streams = number } }))));
        Tenant changed = Assert.Single(tenants, static updated => updated is not null)!;
        Assert.Equal(changed, await Store.FindTenantAsync("a"));
        Assert.Null(await Store.UpdateAsync(new Tenant("unknown", Start, Limits.None)));

        AccessKey key = (await Store.CreateAsync(Key("a")))!;
        AccessKey?[] keys = await Task.WhenAll(Enumerable.Range(1, 8).Select(number => Task.Run(() => Store.UpdateAsync(key with { Label = $"{number}", RevokedAt = Start }))));
        AccessKey revoked = Assert.Single(keys, static updated => updated is not null)!;
        Assert.Equal(revoked, await Store.FindKeyAsync(key.Id));
        Assert.Null(await Store.UpdateAsync(Key("a")));
    }

    [SkippableFact]
    public async Task It_knows_whether_a_key_was_ever_created()
    {
        await Store.CreateAsync(new Tenant("a", Start, Limits.None));
        Assert.False(await Store.HasKeyAsync(null));
        await Store.CreateAsync(Key("a") with { RevokedAt = Start });
        Assert.True(await Store.HasKeyAsync(null));
        Assert.False(await Store.HasKeyAsync(Role.ClusterAdmin));
        await Store.CreateAsync(Key("a") with { Role = Role.ClusterAdmin, ExpiresAt = Start });
        Assert.True(await (await ReopenAsync()).HasKeyAsync(Role.ClusterAdmin));
        Assert.False(await Store.HasKeyAsync(Role.Auditor));
    }

    [SkippableFact]
    public async Task Lists_are_ordered_and_read_in_parts()
    {
        foreach (string name in (string[])["b", "B", "a", "_", "a.b"])
        {
            await Store.CreateAsync(new Tenant(name, Start, Limits.None));
        }

        Assert.Equal(["B", "_"], (await Store.ListTenantsAsync(string.Empty, 2)).Select(static tenant => tenant.Name));
        Assert.Equal(["a", "a.b", "b"], (await Store.ListTenantsAsync("_", 10)).Select(static tenant => tenant.Name));

        AccessKey[] keys = [.. Enumerable.Range(0, 5).Select(second => Key("a") with { CreatedAt = Start.AddSeconds(second / 2) })];
        foreach (AccessKey key in keys.Reverse())
        {
            await Store.CreateAsync(key);
        }

        await Store.CreateAsync(Key("b"));
        string[] ordered = [.. keys.OrderBy(static key => key.CreatedAt).ThenBy(static key => key.Id, StringComparer.Ordinal).Select(static key => key.Id)];
        Assert.Equal(ordered[..3], (await Store.ListKeysAsync("a", string.Empty, 3)).Select(static key => key.Id));
        Assert.Equal(ordered[3..], (await Store.ListKeysAsync("a", ordered[2], 10)).Select(static key => key.Id));
        Assert.Empty(await Store.ListKeysAsync("unknown", string.Empty, 10));
    }

    [SkippableFact]
    public async Task A_reader_of_changes_misses_none_while_others_write()
    {
        const int Writers = 4;
        const int Each = 25;
        ITenancyStore other = await ReopenAsync();
        Task[] writing = [.. Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            ITenancyStore store = writer % 2 == 0 ? Store : other;
            Tenant tenant = (await store.CreateAsync(new Tenant($"tenant-{writer}", Start, Limits.None)))!;
            for (int i = 1; i < Each; i++)
            {
                tenant = (await store.UpdateAsync(tenant with { Limits = new Limits { Streams = i } }))!;
                await store.CreateAsync(Key(tenant.Name));
            }
        }))];

        Dictionary<string, Tenant> tenants = [];
        HashSet<string> keys = [];
        long seen = 0;
        Task all = Task.WhenAll(writing);
        for (bool last = false; !last;)
        {
            last = all.IsCompleted;
            TenancyChanges changes = await Store.ReadChangesAsync(seen);
            Assert.All(changes.Tenants, tenant => Assert.InRange(tenant.Change, seen + 1, changes.Last));
            Assert.All(changes.Keys, key => Assert.InRange(key.Change, seen + 1, changes.Last));
            foreach (Tenant tenant in changes.Tenants)
            {
                tenants[tenant.Name] = tenant;
            }

            keys.UnionWith(changes.Keys.Select(static key => key.Id));
            seen = changes.Last;
        }

        await all;
        Assert.Equal(Writers * ((2 * Each) - 1), seen);
        Assert.Equal(seen, await other.LastChangeAsync());
        Assert.Equal(await other.ListTenantsAsync(string.Empty, 10), tenants.Values.OrderBy(static tenant => tenant.Name, StringComparer.Ordinal));
        Assert.Equal(Writers * (Each - 1), keys.Count);
        Assert.All(tenants.Values, static tenant => Assert.Equal(Each - 1, tenant.Limits.Streams));
    }

    private static AccessKey Key(string tenant)
    {
        (string id, string text) = KeySecret.Create();
        return new AccessKey(id, tenant, Role.User, KeySecret.Hash(text), Start);
    }

    /// <summary>Checks that a text that a database cannot store is an error of the caller.</summary>
    private protected async Task RefuseUnstorableTextAsync()
    {
        await Store.CreateAsync(new Tenant("a", Start, Limits.None));
        foreach (Func<Task> request in (Func<Task>[])
        [
            () => Store.FindTenantAsync("a\0"),
            () => Store.ListKeysAsync("a", "\0", 1),
            () => Store.CreateAsync(Key("a") with { Label = "\0b" }),
        ])
        {
            InferenceException refused = await Assert.ThrowsAsync<InferenceException>(request);
            Assert.Equal(ErrorCode.InvalidRequest, refused.Code);
            Assert.DoesNotContain("\0", refused.Message, StringComparison.Ordinal);
        }
    }
}

/// <summary>The store of a process.</summary>
public sealed class MemoryTenancyTests : TenancyStoreTests
{
    private readonly MemoryTenancyStore _store = new();

    public override Task DisposeAsync() => Task.CompletedTask;

    private protected override Task<ITenancyStore> OpenAsync() => ReopenAsync();

    private protected override Task<ITenancyStore> ReopenAsync() => Task.FromResult<ITenancyStore>(_store);
}

/// <summary>The store of a node without PostgreSQL.</summary>
public sealed class SqliteTenancyTests : TenancyStoreTests
{
    [SkippableFact]
    public Task A_text_that_the_database_cannot_store_is_the_callers_error() => RefuseUnstorableTextAsync();

    private readonly SqliteFile _file = new();

    public override Task DisposeAsync() => _file.CloseAsync();

    private protected override Task<ITenancyStore> OpenAsync() => ReopenAsync();

    private protected override async Task<ITenancyStore> ReopenAsync() => (await _file.OpenAsync()).Tenancy;
}

/// <summary>The store of a cluster.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresTenancyTests(PostgresFixture postgres) : TenancyStoreTests
{
    [SkippableFact]
    public Task A_text_that_the_database_cannot_store_is_the_callers_error() => RefuseUnstorableTextAsync();

    private readonly PostgresCluster _cluster = new(postgres);

    public override Task DisposeAsync() => _cluster.CloseAsync();

    private protected override Task<ITenancyStore> OpenAsync() => ReopenAsync();

    private protected override async Task<ITenancyStore> ReopenAsync() => (await _cluster.OpenAsync()).Tenancy;
}
