namespace OrleansInference.Cluster.Hosting;

/// <summary>What a model's devices bound a step and a sequence by.</summary>
/// <param name="Positions">Tokens of a sequence.</param>
/// <param name="Rows">Rows of a step.</param>
/// <param name="LogitRows">Rows of logits of a step.</param>
internal readonly record struct StepLimits(int Positions, int Rows, int LogitRows);
