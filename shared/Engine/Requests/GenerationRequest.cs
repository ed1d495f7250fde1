namespace OrleansInference.Engine.Requests;

/// <summary>A validated request for tokens, as the gateway hands it to the <see cref="IInferenceService"/>.</summary>
public sealed record GenerationRequest
{
    public required string RequestId { get; init; }

    /// <summary>Whose request it is; fairness, quotas and page sharing go by it.</summary>
    public string Tenant { get; init; } = "default";

    /// <summary>Prompt token ids, at least one.</summary>
    public required ReadOnlyMemory<int> Prompt { get; init; }

    public SamplingParameters Sampling { get; init; } = new();

    /// <summary>Tokens to generate at most, for each choice.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>End-of-sequence and stop tokens cannot be chosen before this many tokens.</summary>
    public int MinTokens { get; init; }

    /// <summary>Whether the model's end-of-sequence tokens are ordinary tokens.</summary>
    public bool IgnoreEos { get; init; }

    /// <summary>Token ids that end generation; the token itself is reported with the finish.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Independent continuations of the same prompt (OpenAI's <c>n</c>).</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Also report the log-probabilities of the prompt's own tokens (completions with <c>echo</c> and <c>logprobs</c>).</summary>
    public bool PromptLogProbs { get; init; }

    /// <summary>Higher goes first; 0 is usual.</summary>
    public int Priority { get; init; }

    /// <summary>How long the request may take in all; null is unbounded.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>W3C trace context that the request belongs to, as in the header <c>traceparent</c>; null where nobody traces it.</summary>
    public string? TraceParent { get; init; }

    /// <summary>What vendors add to the trace context, as in the header <c>tracestate</c>.</summary>
    public string? TraceState { get; init; }
}
