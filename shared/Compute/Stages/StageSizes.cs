using OrleansInference.Compute.Layers;
using OrleansInference.Compute.Pages;

namespace OrleansInference.Compute.Stages;

/// <summary>Sizes that all stages of a pipeline share.</summary>
/// <param name="MaxRows">Most rows of a step.</param>
/// <param name="MaxLogitRows">Most rows of logits of a step.</param>
/// <param name="PageCount">Pages in each stage's pool that sequences use.</param>
/// <param name="KvType">Element type of the pages.</param>
internal readonly record struct StageSizes(int MaxRows, int MaxLogitRows, int PageCount, KvType KvType)
{
    private const int MaxPages = 1 << 24;

    /// <summary>Pages after all others: a warm-up writes to these, so that it does not overwrite contents in use.</summary>
    public const int WarmUpPages = 4;

    /// <summary>Room beside the pool.</summary>
    public HostRoom Host { get; init; }

    /// <summary>The first page of a warm-up.</summary>
    public int FirstWarmUpPage => PageCount + Host.Pages;

    /// <summary>Pages that take memory.</summary>
    public int MemoryPages => PageCount + WarmUpPages + Host.MemoryPages;

    /// <summary>The sizes that options ask for.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the memory for pages does not hold one.</exception>
    public static StageSizes Of(ModelSpec spec, ComputeOptions options)
    {
        long pageBytes = PagePool.BytesPerPage(spec.Layers.Select(Blocks.KvShape), options.KvType);
        int pages = KvLayout.PagesFor(ComputeOptions.DefaultKvTokens);
        if (options.KvBytes is { } bytes)
        {
            pages = bytes >= pageBytes
                ? (int)Math.Min(bytes / pageBytes, MaxPages)
                : throw new InferenceException(ErrorCode.InvalidOption, $"KvBytes is {bytes}; expected at least {pageBytes}, the size of one page of this model.", nameof(ComputeOptions.KvBytes));
        }

        HostRoom host = new(
            (int)Math.Min(options.KvOffloadMemoryBytes / pageBytes, MaxPages), (int)Math.Min(options.KvOffloadFileBytes / pageBytes, MaxPages), options.KvOffloadFolder ?? UserCache.Folder("pages"));
        return new StageSizes(options.MaxStepTokens, Math.Min(options.MaxLogitRows ?? int.MaxValue, options.MaxStepTokens), pages, options.KvType) { Host = host };
    }

    /// <summary>Bytes that layers from <paramref name="first"/> to before <paramref name="end"/> use in a page.</summary>
    public long PageBytes(ModelSpec spec, int first, int end) => PagePool.BytesPerPage(spec.Layers.Skip(first).Take(end - first).Select(Blocks.KvShape), KvType);

    /// <summary>Refuses a step that would read or write foreign memory.</summary>
    /// <param name="batch">The step.</param>
    /// <param name="logits">Capacity in floats.</param>
    /// <param name="vocabulary">Token ids are below this.</param>
    /// <param name="last">Whether the stage computes logits.</param>
    /// <param name="warmUp">Whether the step may be one of a warm-up.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step does not fit.</exception>
    public void Check(StepBatch batch, int logits, int vocabulary, bool last, bool warmUp = false)
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
            int number = warmUp && page >= FirstWarmUpPage ? page - FirstWarmUpPage : page;
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)number, (uint)(number == page ? PageCount : WarmUpPages), nameof(page));
        }
    }
}
