using OrleansInference.Api.Access;
using OrleansInference.Tenancy.Audit;

namespace OrleansInference.Api.Audit;

/// <summary>Decides which requests have a line in the audit log, and writes lines.</summary>
internal sealed class AuditTrail(TimeProvider time, ServerAudit? audit = null)
{
    /// <summary>Whether the server has an audit log.</summary>
    public bool IsOn => audit is not null;

    public TimeProvider Time => time;

    /// <summary>Begins the line of a request.</summary>
    /// <returns>The line; null if the request has none, because it asks for no more than the server's status, or there is no log.</returns>
    public RequestAudit? Begin(HttpContext context)
    {
        EndpointMetadataCollection? endpoint = audit is null ? null : context.GetEndpoint()?.Metadata;
        return endpoint?.GetMetadata<IEndpointNameMetadata>() is { } name && RightsRequirement.AreMoreThanStatus(endpoint) ? new RequestAudit(this, context, name.EndpointName) : null;
    }

    /// <summary>Writes a line. It survives the end of the process when the task has completed. Requires a log.</summary>
    /// <exception cref="AuditException">The line was not written.</exception>
    public Task AppendAsync(AuditEntry entry) => audit!.Log.AppendAsync(entry with { Input = Mask(entry.Input), Output = Mask(entry.Output) });

    private string? Mask(string? content) => content is null ? null : audit!.Mask.Apply(content);
}
