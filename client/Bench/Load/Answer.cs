namespace OrleansInference.Bench.Load;

/// <summary>Result of one request.</summary>
internal sealed record Answer
{
    public required int Tenant { get; init; }

    /// <summary>Scheduled time of the request, from which latencies count: a late generator does not hide latency.</summary>
    public required TimeSpan Started { get; init; }

    /// <summary>Times at which the chunks of the answer arrived.</summary>
    public IReadOnlyList<TimeSpan> Arrivals { get; init; } = [];

    /// <summary>Text of the answer; the reasoning if there is no other text.</summary>
    public string Text { get; init; } = "";

    /// <summary>Turn of the conversation, from 1; 0 without a conversation.</summary>
    public int Turn { get; init; }

    /// <summary>Whether it was one of the requests that arrive in addition to the streams.</summary>
    public bool Arrived { get; init; }

    /// <summary>Whether it was cancelled on purpose.</summary>
    public bool Cancelled { get; init; }

    /// <summary>Token counts of the server; null if it reports none.</summary>
    public TokenUsage? Usage { get; init; }

    public Failure? Failure { get; init; }

    /// <summary>Tokens for each chunk: the server's count divided evenly, otherwise one.</summary>
    public double TokensPerArrival => Usage is { CompletionTokens: > 0 } usage && Arrivals.Count > 0 ? (double)usage.CompletionTokens / Arrivals.Count : 1;
}
