namespace OrleansInference.Engine.Scheduling;

/// <summary>Limits of the model and its pipeline.</summary>
/// <param name="PageCount">Pages of the pool.</param>
/// <param name="Positions">Maximum tokens of a sequence; they fit into the pages.</param>
/// <param name="MaxStepTokens">Maximum rows of a step.</param>
/// <param name="MaxLogitRows">Maximum rows of logits of a step.</param>
/// <param name="Depth">Maximum steps in flight at the same time.</param>
/// <param name="Epoch">Epoch of the first plan.</param>
/// <param name="HostPages">Pages on the host, which keep evicted pages.</param>
/// <param name="PageBytes">Bytes of a page in all layers.</param>
public sealed record SchedulerLimits(int PageCount, int Positions, int MaxStepTokens, int MaxLogitRows, int Depth = 1, long Epoch = 1, int HostPages = 0, long PageBytes = 1);
