namespace OrleansInference.Engine.Requests;

/// <summary>A validated request for tokens, which the gateway passes to the <see cref="IInferenceService"/>.</summary>
public sealed record GenerationRequest
{
    public required string RequestId { get; init; }

    /// <summary>The tenant that sent the request, by which fairness, quotas and page sharing are decided.</summary>
    public string Tenant { get; init; } = "default";

    /// <summary>Terms of the tenant.</summary>
    public TenantPolicy Policy { get; init; } = TenantPolicy.None;

    /// <summary>Name of the tenants among which cached pages are shared: that of the tenant, or the empty one, which no tenant has, of all tenants that opted in.</summary>
    public string PageGroup => Policy.SharesPrefixes ? string.Empty : Tenant;

    /// <summary>Account under which its tokens are counted; null if they are not counted.</summary>
    public UsageAccount? Account { get; init; }

    /// <summary>Prompt token ids, at least one.</summary>
    public required ReadOnlyMemory<int> Prompt { get; init; }

    public SamplingParameters Sampling { get; init; } = new();

    /// <summary>Maximum number of tokens to generate, for each choice.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Number of tokens before which end-of-sequence and stop tokens cannot be sampled.</summary>
    public int MinTokens { get; init; }

    /// <summary>Whether the model's end-of-sequence tokens are ordinary tokens.</summary>
    public bool IgnoreEos { get; init; }

    /// <summary>Token ids that end the generation. The token itself is reported with the finish.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Number of independent continuations of the same prompt (OpenAI's <c>n</c>).</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Whether the log-probabilities of the prompt's own tokens are reported (completions with <c>echo</c> and <c>logprobs</c>).</summary>
    public bool PromptLogProbs { get; init; }

    /// <summary>Requests of higher priority are served first; the default is 0.</summary>
    public int Priority { get; init; }

    /// <summary>Maximum total time of the request; null is unbounded.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>W3C trace context of the request, in the format of the header <c>traceparent</c>; null if the request is not traced.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Vendor-specific part of the trace context, in the format of the header <c>tracestate</c>.</summary>
    public string? TraceState { get; init; }
}
