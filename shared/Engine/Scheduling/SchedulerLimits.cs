namespace OrleansInference.Engine.Scheduling;

/// <summary>What the model and its pipeline allow.</summary>
/// <param name="PageCount">Pages of the pool.</param>
/// <param name="Positions">Tokens that a sequence may have in all; they fit into the pages.</param>
/// <param name="MaxStepTokens">Most rows of a step.</param>
/// <param name="MaxLogitRows">Most rows of logits of a step.</param>
/// <param name="Depth">Steps that may be under way at the same time.</param>
/// <param name="Epoch">The plan in force.</param>
/// <param name="HostPages">Pages beside the pool, where evicted ones are kept.</param>
internal sealed record SchedulerLimits(int PageCount, int Positions, int MaxStepTokens, int MaxLogitRows, int Depth = 1, long Epoch = 1, int HostPages = 0);
