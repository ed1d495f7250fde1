namespace OrleansInference.Cluster.Planning;

/// <summary>Plan with its expected performance.</summary>
/// <param name="Plan">The plan to use; the plan in force itself if no other justifies the move.</param>
/// <param name="Changed">Whether it differs from the plan in force.</param>
/// <param name="StepsPerSecond">Sum over the pipelines of the reciprocal time of their slowest stage.</param>
/// <param name="SlowestStage">The longest time of a stage.</param>
/// <param name="Latency">Sum over all stages and hops; for one pipeline, the time of a token.</param>
/// <param name="BytesToMove">Bytes of weights that devices must load because they do not hold them under the plan in force.</param>
/// <param name="Gap">
/// Upper bound of the relative difference between the optimum of steps per second and this plan: 0 is proven optimal, 0.02 is at most 2 %. It excludes gains that were rejected because
/// they were too small to justify the move.
/// </param>
public sealed record PlanOutcome(
    Plan Plan, bool Changed, double StepsPerSecond, TimeSpan SlowestStage, TimeSpan Latency, long BytesToMove, double Gap);
