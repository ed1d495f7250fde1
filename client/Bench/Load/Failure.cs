namespace OrleansInference.Bench.Load;

/// <summary>Why a request failed: a kind to count by, and what this one said.</summary>
internal sealed record Failure(string Kind, string Message);
