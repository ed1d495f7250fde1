using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Compute;

/// <summary>Where packed weights are kept.</summary>
internal static class PackedCache
{
    // Packing this much takes less time than a user notices, and is not worth a second copy on disk.
    private const long SmallModelBytes = 64 << 20;

    /// <summary>The folder of one checkpoint's packed files, or null to pack into memory.</summary>
    public static string? FolderOf(Checkpoint checkpoint, string? root)
    {
        if (root is { Length: 0 } || (root is null && checkpoint.WeightBytes < SmallModelBytes))
        {
            return null;
        }

        return Path.Combine(root ?? UserCache.Folder("packed"), checkpoint.Identity[..32]);
    }
}
