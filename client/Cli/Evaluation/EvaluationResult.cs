namespace OrleansInference.Cli.Evaluation;

/// <summary>What a model makes of a prompt.</summary>
/// <param name="Logits">[vocabulary] at the prompt's last position.</param>
/// <param name="Top">[prompt positions][5] ids of the highest logits, highest first, the lowest id first among equals.</param>
/// <param name="Generated">The greedy continuation.</param>
internal sealed record EvaluationResult(float[] Logits, int[][] Top, int[] Generated);
