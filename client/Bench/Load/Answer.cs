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

/// <summary>Count of a request's tokens by the server.</summary>
/// <param name="CachedTokens">Prompt tokens found in a cache; null if the server does not report it.</param>
internal sealed record TokenUsage(int PromptTokens, int CompletionTokens, int? CachedTokens);

/// <summary>Failure of a request: a kind for counting, and the message.</summary>
internal sealed record Failure(string Kind, string Message);

/// <summary>Kinds of failure that show how to change a request.</summary>
internal static class Refusal
{
    public static string KindOf(int status) => $"HTTP {status}";

    /// <summary>Whether the server knows the endpoint but refused the request's fields.</summary>
    public static bool OfFields(Failure failure) => failure.Kind is "HTTP 400" or "HTTP 422";

    /// <summary>Whether the server does not have the endpoint.</summary>
    public static bool OfEndpoint(Failure failure) => failure.Kind is "HTTP 404" or "HTTP 405" or "HTTP 501";

    public static bool Names(Failure failure, string field) => failure.Message.Contains(field, StringComparison.OrdinalIgnoreCase);
}
