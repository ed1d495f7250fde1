namespace OrleansInference.Bench.Load;

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
