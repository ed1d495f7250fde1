namespace OrleansInference.Bench.Cluster;

/// <summary>Costs of storing the tokens of growing sessions.</summary>
/// <param name="Sessions">Number of sessions that grow at the same time.</param>
/// <param name="Tokens">Number of tokens of each answer.</param>
/// <param name="TokensPerSecond">Tokens a second of all sessions together that PostgreSQL stores, in each round.</param>
/// <param name="LogBytesPerToken">Growth of PostgreSQL's write-ahead log for each token, in bytes, in each round.</param>
internal sealed record StorageFigures(int Sessions, int Tokens, double[] TokensPerSecond, double[] LogBytesPerToken);
