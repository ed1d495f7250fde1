using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Tenancy.Access;

#pragma warning disable CA1001 // A source without a timer has nothing to dispose, and requests may register after the key has ended.
/// <summary>A key, or a tenant without one, that <see cref="AccessDirectory"/> keeps in memory, with the requests that use it.</summary>
internal sealed class AccessEntry(AccessKey? key, Tenant tenant)
{
    private readonly CancellationTokenSource _end = new();
    private int _requests;

    public AccessKey? Key { get; set; } = key;

    public Tenant Tenant { get; set; } = tenant;

    /// <summary>Time of the last request's begin.</summary>
    public DateTimeOffset UsedAt { get; private set; }

    public CancellationToken Ended => _end.Token;

    public bool HasRequests => Volatile.Read(ref _requests) > 0;

    public bool IsValid(DateTimeOffset now) => Key?.IsValid(now) is null or true && Tenant.DisabledAt is null;

    public AccessGrant Grant(DateTimeOffset now)
    {
        UsedAt = now;
        Interlocked.Increment(ref _requests);
        return new AccessGrant(this);
    }

    public void Release() => Interlocked.Decrement(ref _requests);

    /// <summary>Ends the requests that use the key.</summary>
    public void End() => _end.Cancel();
}
