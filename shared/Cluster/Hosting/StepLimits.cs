namespace OrleansInference.Cluster.Hosting;

/// <summary>Limits of a step and a sequence that result from a model's devices.</summary>
/// <param name="Positions">Maximum tokens of a sequence.</param>
/// <param name="Rows">Maximum rows of a step.</param>
/// <param name="LogitRows">Maximum rows of logits of a step.</param>
internal readonly record struct StepLimits(int Positions, int Rows, int LogitRows);
