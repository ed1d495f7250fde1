namespace OrleansInference.Cli.Evaluation;

/// <summary>Result of running a prompt through a model.</summary>
/// <param name="Logits">[vocabulary] at the last position of the prompt.</param>
/// <param name="Top">[prompt positions][5] ids of the highest logits, highest first, the lowest id first among equals.</param>
/// <param name="Generated">Greedy continuation.</param>
internal sealed record EvaluationResult(float[] Logits, int[][] Top, int[] Generated);
