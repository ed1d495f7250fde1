namespace OrleansInference.Api.Storage;

/// <summary>Response that the server keeps. The parts in JSON are written and read by the HTTP interface alone.</summary>
/// <param name="Tenant">Tenant of the request. No other tenant sees the response.</param>
/// <param name="Id">Identifier, unique in the cluster.</param>
/// <param name="CreatedAt">Time of the request.</param>
public sealed record StoredResponse(string Tenant, string Id, DateTimeOffset CreatedAt)
{
    /// <summary>State.</summary>
    public ResponseStatus Status { get; init; } = ResponseStatus.InProgress;

    /// <summary>Whether the response is generated without a client, also after all nodes have failed.</summary>
    public bool Background { get; init; }

    /// <summary>Response that this one continues; null if it continues none, or if that one was deleted and continued none.</summary>
    public string? Previous { get; init; }

    /// <summary>Conversation that receives the items of this turn; null without one.</summary>
    public string? Conversation { get; init; }

    /// <summary>Time after which the response is deleted.</summary>
    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Time at which a node last reported that it generates the response.</summary>
    public DateTimeOffset TouchedAt { get; init; } = CreatedAt;

    /// <summary>The response as it was answered at its start.</summary>
    public required string Document { get; init; }

    /// <summary>The request's own items: an array.</summary>
    public required string Input { get; init; }

    /// <summary>Everything that determines the tokens; null when the response has ended.</summary>
    public string? Work { get; init; }

    /// <summary>Session that generates the tokens. It is reserved before it starts; null if it ends with the process and has not started.</summary>
    public string? Session { get; init; }

    /// <summary>Generated items, an array; null before the end.</summary>
    public string? Output { get; init; }

    /// <summary>Text pieces of the stream, usage and error; null before the end.</summary>
    public string? Result { get; init; }
}
