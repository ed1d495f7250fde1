namespace OrleansInference.Bench.Load;

/// <summary>What came of one request.</summary>
internal sealed record Answer
{
    public required int Tenant { get; init; }

    /// <summary>When the request was meant to be sent, which latencies count from: a generator that is late hides nothing.</summary>
    public required TimeSpan Started { get; init; }

    /// <summary>When the chunks of the answer arrived.</summary>
    public IReadOnlyList<TimeSpan> Arrivals { get; init; } = [];

    /// <summary>The answer's text; the reasoning where there is nothing else.</summary>
    public string Text { get; init; } = "";

    /// <summary>Which turn of a conversation it was, from 1; 0 where there are no conversations.</summary>
    public int Turn { get; init; }

    /// <summary>Whether it was one of the requests that arrive beside the streams.</summary>
    public bool Arrived { get; init; }

    /// <summary>Whether it was cancelled on purpose.</summary>
    public bool Cancelled { get; init; }

    /// <summary>What the server counted; null where it does not tell.</summary>
    public TokenUsage? Usage { get; init; }

    public Failure? Failure { get; init; }

    /// <summary>Tokens that a chunk stands for: the server's count shared evenly, else one.</summary>
    public double TokensPerArrival => Usage is { CompletionTokens: > 0 } usage && Arrivals.Count > 0 ? (double)usage.CompletionTokens / Arrivals.Count : 1;
}
