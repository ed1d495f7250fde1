namespace OrleansInference.Engine.Scheduling;

/// <summary>Limits of the model and its pipeline.</summary>
/// <param name="PageCount">Pages of the pool.</param>
/// <param name="Positions">Tokens that a sequence may have in all; they fit into the pages.</param>
/// <param name="MaxStepTokens">Most rows of a step.</param>
/// <param name="MaxLogitRows">Most rows of logits of a step.</param>
/// <param name="Depth">Steps that may be in flight at the same time.</param>
/// <param name="Epoch">Epoch of the first plan.</param>
/// <param name="HostPages">Pages on the host, which keep evicted pages.</param>
public sealed record SchedulerLimits(int PageCount, int Positions, int MaxStepTokens, int MaxLogitRows, int Depth = 1, long Epoch = 1, int HostPages = 0);
