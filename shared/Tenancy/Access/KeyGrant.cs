using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Tenancy.Access;

/// <summary>A key's permission for one request. The request disposes it when it ends.</summary>
public sealed class KeyGrant : IDisposable
{
    private readonly KeyEntry _entry;
    private int _disposed;

    internal KeyGrant(KeyEntry entry, AccessKey key, Tenant tenant)
    {
        _entry = entry;
        Key = key;
        Tenant = tenant;
    }

    /// <summary>The key as it was when the request began.</summary>
    public AccessKey Key { get; }

    /// <summary>Its tenant, as it was when the request began.</summary>
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
