namespace OrleansInference.Bench.Cluster;

/// <summary>What it costs to have the tokens of growing sessions durable.</summary>
/// <param name="Sessions">That grow at the same time.</param>
/// <param name="Tokens">Of each one's answer.</param>
/// <param name="TokensPerSecond">Of all of them together, that PostgreSQL takes, in each round.</param>
/// <param name="LogBytesPerToken">That its write-ahead log grows by, in each round.</param>
internal sealed record StorageFigures(int Sessions, int Tokens, double[] TokensPerSecond, double[] LogBytesPerToken);
