using OrleansInference.Tenancy.Access;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Storage;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Unit.Tenancy;

public sealed class AccessDirectoryTests : IDisposable
{
    private readonly FakeTenancyStore _store = new();
    private readonly FakeClock _clock = new();
    private readonly AccessDirectory _keys;
    private readonly string _text;
    private AccessKey _key;

    public AccessDirectoryTests()
    {
        _keys = new AccessDirectory(_store, _clock);
        _store.Put(new Tenant("team", _clock.GetUtcNow(), Limits.None));
        (string id, _text) = KeySecret.Create();
        _key = _store.Put(new AccessKey(id, "team", Role.User, KeySecret.Hash(_text), _clock.GetUtcNow()));
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task A_key_is_found_by_its_text_alone()
    {
        using AccessGrant? grant = await _keys.FindAsync(_text);
        Assert.Equal(("team", _key), (grant!.Tenant.Name, grant.Key));

        string other = _text[..^1] + (_text[^1] == 'a' ? 'b' : 'a');
        Assert.Null(await _keys.FindAsync(other)); // known id, wrong secret
        Assert.Null(await _keys.FindAsync(KeySecret.Create().Text));
        Assert.All((string[])["", "oi-", _text.ToUpperInvariant(), _text + "a", $" {_text}"], async text => Assert.Null(await _keys.FindAsync(text)));
    }

    [Fact]
    public async Task A_wrong_secret_is_refused_also_before_the_key_is_in_memory()
    {
        Assert.Null(await _keys.FindAsync(_text[..^1] + (_text[^1] == 'a' ? 'b' : 'a')));
        Assert.Equal(0, _keys.Count);
    }

    [Fact]
    public async Task A_key_in_memory_is_found_without_the_store()
    {
        (await _keys.FindAsync(_text))!.Dispose();
        int reads = _store.Calls;
        _store.IsAway = true;
        (await _keys.FindAsync(_text))!.Dispose();
        Assert.Equal(reads, _store.Calls);
        await Assert.ThrowsAsync<TenancyStoreException>(async () => await _keys.FindAsync(KeySecret.Create().Text));
    }

    [Fact]
    public async Task A_revocation_ends_the_requests_of_the_key()
    {
        using AccessGrant grant = (await _keys.FindAsync(_text))!;
        await _keys.RefreshAsync();
        Assert.False(grant.Ended.IsCancellationRequested);

        _store.Put(_key with { RevokedAt = _clock.GetUtcNow() });
        await _keys.RefreshAsync();
        Assert.True(grant.Ended.IsCancellationRequested);
        Assert.Null(await _keys.FindAsync(_text));
    }

    [Fact]
    public async Task A_disabled_tenant_ends_the_requests_of_its_keys_and_an_enabled_one_goes_on()
    {
        using AccessGrant grant = (await _keys.FindAsync(_text))!;
        Tenant tenant = grant.Tenant;
        _store.Put(tenant with { DisabledAt = _clock.GetUtcNow() });
        await _keys.RefreshAsync();
        Assert.True(grant.Ended.IsCancellationRequested);
        Assert.Null(await _keys.FindAsync(_text));

        _store.Put(tenant);
        await _keys.RefreshAsync();
        using AccessGrant? again = await _keys.FindAsync(_text);
        Assert.False(again!.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task A_key_expires_while_the_store_is_away()
    {
        _key = _store.Put(_key with { ExpiresAt = _clock.GetUtcNow().AddSeconds(10) });
        using AccessGrant grant = (await _keys.FindAsync(_text))!;
        _store.IsAway = true;
        _clock.Now += TimeSpan.FromSeconds(10);
        await Assert.ThrowsAsync<TenancyStoreException>(() => _keys.RefreshAsync());
        Assert.True(grant.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task New_limits_are_in_force_for_the_next_request()
    {
        using AccessGrant before = (await _keys.FindAsync(_text))!;
        _store.Put(before.Tenant with { Limits = new Limits { Streams = 3 } });
        _store.Put(_key with { Limits = new Limits { Streams = 2 } });
        await _keys.RefreshAsync();
        using AccessGrant after = (await _keys.FindAsync(_text))!;
        Assert.Equal((null, 3, 2), (before.Key!.Limits.Streams, after.Tenant.Limits.Streams, after.Key!.Limits.Streams));
    }

    [Theory]
    [InlineData(true)] // the refresh comes between the read and its use
    [InlineData(false)]
    public async Task A_revocation_while_the_key_is_read_is_not_missed(bool refreshed)
    {
        await _keys.RefreshAsync();
        _store.AfterRead = async () =>
        {
            _store.AfterRead = static () => Task.CompletedTask;
            _store.Put(_key with { RevokedAt = _clock.GetUtcNow() });
            if (refreshed)
            {
                await _keys.RefreshAsync();
            }
        };
        using AccessGrant? grant = await _keys.FindAsync(_text);
        await _keys.RefreshAsync();
        Assert.True(grant is null || grant.Ended.IsCancellationRequested);
        Assert.Equal(refreshed, grant is null);
        Assert.Null(await _keys.FindAsync(_text));
    }

    [Fact]
    public async Task A_key_that_no_request_used_for_long_is_forgotten()
    {
        AccessGrant grant = (await _keys.FindAsync(_text))!;
        _clock.Now += TimeSpan.FromHours(1);
        await _keys.RefreshAsync();
        Assert.Equal(1, _keys.Count); // a revocation must reach the running request
        grant.Dispose();
        grant.Dispose();
        await _keys.RefreshAsync();
        Assert.Equal(0, _keys.Count);
    }

    private sealed class FakeClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
