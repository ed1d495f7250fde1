namespace OrleansInference.Compute.Stages;

/// <summary>Sizes that all stages of a pipeline share.</summary>
/// <param name="MaxRows">Most rows of a step.</param>
/// <param name="MaxLogitRows">Most rows of logits of a step.</param>
/// <param name="PageCount">Pages in each stage's pool.</param>
/// <param name="KvType">Element type of the pages.</param>
internal readonly record struct StageSizes(int MaxRows, int MaxLogitRows, int PageCount, KvType KvType)
{
    /// <summary>Refuses a step that would read or write foreign memory.</summary>
    /// <param name="batch">The step.</param>
    /// <param name="logits">Floats that there is room for.</param>
    /// <param name="vocabulary">Token ids are below this.</param>
    /// <param name="last">Whether the stage computes logits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step does not fit.</exception>
    public void Check(StepBatch batch, int logits, int vocabulary, bool last)
    {
        ArgumentOutOfRangeException.ThrowIfZero(batch.RowCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.RowCount, MaxRows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.LogitRowCount, MaxLogitRows);
        ArgumentOutOfRangeException.ThrowIfLessThan((long)logits, last ? (long)batch.LogitRowCount * vocabulary : 0);
        foreach (int token in batch.Tokens)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)vocabulary, nameof(token));
        }

        foreach (int page in batch.Pages)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)page, (uint)PageCount, nameof(page));
        }
    }
}
