using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Tenancy.Access;

/// <summary>Permission for one request, from a key or from the tenant that a trusted token names. The request disposes it when it ends.</summary>
public sealed class AccessGrant : IDisposable
{
    private readonly AccessEntry _entry;
    private int _disposed;

    internal AccessGrant(AccessEntry entry)
    {
        _entry = entry;
        Key = entry.Key;
        Tenant = entry.Tenant;
    }

    /// <summary>The key as it was when the request began; null if the tenant was found by its name.</summary>
    public AccessKey? Key { get; }

    /// <summary>The tenant as it was when the request began.</summary>
    public Tenant Tenant { get; }

    /// <summary>Cancelled when the key is revoked or expires, or its tenant is disabled, while the request runs.</summary>
    public CancellationToken Ended => _entry.Ended;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _entry.Release();
        }
    }
}
