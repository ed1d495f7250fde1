namespace OrleansInference.Bench.Load;

/// <summary>Why a request failed: a kind to count by, and what this one said.</summary>
internal sealed record Failure(string Kind, string Message);

/// <summary>The kinds of failure that say how to put a request differently.</summary>
internal static class Refusal
{
    public static string KindOf(int status) => $"HTTP {status}";

    /// <summary>The server understood the address but not the request.</summary>
    public static bool OfFields(Failure failure) => failure.Kind is "HTTP 400" or "HTTP 422";

    /// <summary>The server does not have the endpoint.</summary>
    public static bool OfEndpoint(Failure failure) => failure.Kind is "HTTP 404" or "HTTP 405" or "HTTP 501";

    public static bool Names(Failure failure, string field) => failure.Message.Contains(field, StringComparison.OrdinalIgnoreCase);
}
