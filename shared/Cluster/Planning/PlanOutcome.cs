namespace OrleansInference.Cluster.Planning;

/// <summary>A plan with what it is expected to give.</summary>
/// <param name="Plan">The plan to use; the plan in force itself when nothing better is worth the move.</param>
/// <param name="Changed">Whether it differs from the plan in force.</param>
/// <param name="StepsPerSecond">Sum over the pipelines of one step for each time of their slowest stage.</param>
/// <param name="SlowestStage">The longest time of a stage.</param>
/// <param name="Latency">Sum over all stages and hops; for one pipeline, the time of a token.</param>
/// <param name="BytesToMove">Weights that devices must load which they do not hold under the plan in force.</param>
/// <param name="Gap">
/// How far the optimum of steps per second may lie above what was found: 0 is proven optimal, 0.02 is at most 2 %. Does not count what was
/// forgone on purpose because the gain was too small for the move.
/// </param>
public sealed record PlanOutcome(
    Plan Plan, bool Changed, double StepsPerSecond, TimeSpan SlowestStage, TimeSpan Latency, long BytesToMove, double Gap);
