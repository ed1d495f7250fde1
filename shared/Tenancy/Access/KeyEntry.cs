using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Tenancy.Access;

#pragma warning disable CA1001 // A source without a timer has nothing to dispose, and requests may register after the key has ended.
/// <summary>A key that <see cref="KeyDirectory"/> keeps in memory, with the requests that use it.</summary>
internal sealed class KeyEntry(AccessKey key, Tenant tenant)
{
    private readonly CancellationTokenSource _end = new();
    private int _requests;

    public AccessKey Key { get; set; } = key;

    public Tenant Tenant { get; set; } = tenant;

    /// <summary>Time of the last request's begin.</summary>
    public DateTimeOffset UsedAt { get; set; }

    public CancellationToken Ended => _end.Token;

    public bool HasRequests => Volatile.Read(ref _requests) > 0;

    public bool IsValid(DateTimeOffset now) => Key.IsValid(now) && Tenant.DisabledAt is null;

    public KeyGrant Grant(DateTimeOffset now)
    {
        UsedAt = now;
        Interlocked.Increment(ref _requests);
        return new KeyGrant(this, Key, Tenant);
    }

    public void Release() => Interlocked.Decrement(ref _requests);

    /// <summary>Ends the requests that use the key.</summary>
    public void End() => _end.Cancel();
}
