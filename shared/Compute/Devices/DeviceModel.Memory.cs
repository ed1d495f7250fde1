using OrleansInference.Compute.Stages;

namespace OrleansInference.Compute.Devices;

/// <summary>Computes the memory of layers before they are loaded, and keeps the device within its limit.</summary>
public sealed unsafe partial class DeviceModel
{
    private readonly long _memoryBytes;

    /// <summary>Maximum bytes of a run of layers in addition to weights and pages.</summary>
    public long WorkspaceBytes => MemoryOf(new StageRange(0, LayerCount)).Workspace;

    /// <summary>Bytes that layers need, loaded as one run: weights, pages and the working memory of steps.</summary>
    public long BytesOf(int first, int end) => MemoryOf(new StageRange(first, end - first)).Bytes;

    /// <summary>Whether there is room for these layers when there are no others.</summary>
    public bool Fits(int first, int end) => BytesOf(first, end) <= _memoryBytes;

    private StageMemory MemoryOf(StageRange range) => StageMemory.Of(_checkpoint, range, _sizes, _options.Threads);

    private void RequireMemory(int first, int end, StageRange[] missing)
    {
        long taken = _runs.Sum(run => MemoryOf(run.Range).Bytes);
        StageMemory wanted = missing.Select(MemoryOf).Aggregate(default(StageMemory), static (sum, run) => sum + run);
        if (missing.Length > 0 && wanted.Bytes > _memoryBytes - taken)
        {
            InferenceException.Throw(
                ErrorCode.OutOfMemory,
                $"Layers {first} to {end - 1} need {wanted.Bytes} more bytes ({wanted.Weights} for weights, {wanted.Pages} for pages, {wanted.Workspace} for steps); the device has {_memoryBytes}, of which {taken} are in use.",
                null);
        }
    }
}
