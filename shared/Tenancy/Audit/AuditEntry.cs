namespace OrleansInference.Tenancy.Audit;

/// <summary>A request or an administrative act, for a line of the log. Properties that do not apply are null.</summary>
/// <param name="Action">The action, such as <c>chat.completions</c> or <c>key.revoke</c>.</param>
public sealed record AuditEntry(string Action)
{
    /// <summary>Id of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>Id of the end user, as the client gives it.</summary>
    public string? UserId { get; init; }

    /// <summary>Name of the tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>Id of the key.</summary>
    public string? KeyId { get; init; }

    /// <summary>Object of the action: a model, a key, a tenant, a node.</summary>
    public string? Target { get; init; }

    /// <summary>Version of the model that answered.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>Tokens of the input.</summary>
    public long? InputLength { get; init; }

    /// <summary>Tokens of the output.</summary>
    public long? OutputLength { get; init; }

    /// <summary>Time from the request's arrival to its end.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>HTTP status of the answer.</summary>
    public int? Status { get; init; }

    /// <summary>SHA-256 of the input, before any masking, in lower-case hexadecimal digits; see <see cref="AuditHash"/>.</summary>
    public string? InputHash { get; init; }

    /// <summary>SHA-256 of the output, before any masking, in lower-case hexadecimal digits.</summary>
    public string? OutputHash { get; init; }

    /// <summary>Address that the request came from.</summary>
    public string? Source { get; init; }

    /// <summary>Keyed hash of the tenant and the normalised request. The line has the field only if it is given.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Contents of the input. The line has the field only if it is given.</summary>
    public string? Input { get; init; }

    /// <summary>Contents of the output. The line has the field only if it is given.</summary>
    public string? Output { get; init; }
}
