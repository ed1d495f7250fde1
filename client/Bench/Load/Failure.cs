namespace OrleansInference.Bench.Load;

/// <summary>Failure of a request: a kind for counting, and the message.</summary>
internal sealed record Failure(string Kind, string Message);
