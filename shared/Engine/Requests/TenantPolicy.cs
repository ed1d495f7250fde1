namespace OrleansInference.Engine.Requests;

/// <summary>Terms of a tenant that the router applies, from the tenant's record when the request began.</summary>
public sealed record TenantPolicy
{
    /// <summary>Terms of a tenant without a record.</summary>
    public static TenantPolicy None { get; } = new();

    /// <summary>Number of the record's change; 0 without a record. A request that continues after a loss is submitted again with its first policy, and must not undo a later change.</summary>
    public long Change { get; init; }

    /// <summary>Share of the tenant, in relation to the weights of other tenants; null if the record has none.</summary>
    public double? Weight { get; init; }

    /// <summary>Whether the tenant opted in to share cached pages with all others that did.</summary>
    public bool SharesPrefixes { get; init; }
}
