namespace OrleansInference.Compute.Stages;

/// <summary>Sizes that all stages of a pipeline share.</summary>
/// <param name="MaxRows">Most rows of a step.</param>
/// <param name="MaxLogitRows">Most rows of logits of a step.</param>
/// <param name="PageCount">Pages in each stage's pool.</param>
/// <param name="KvType">Element type of the pages.</param>
internal readonly record struct StageSizes(int MaxRows, int MaxLogitRows, int PageCount, KvType KvType);
