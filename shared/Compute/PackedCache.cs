using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Compute;

/// <summary>Where packed weights are kept.</summary>
public static class PackedCache
{
    // Packing this much takes less time than a user notices, and is not worth a second copy on disk.
    private const long SmallModelBytes = 64 << 20;

    // Instead of a folder: nothing is kept.
    private const string None = "none";

    /// <summary>The folder of what is kept of all checkpoints; null where nothing is.</summary>
    public static string? Root(string? folder) => folder is "" or None ? null : folder is null ? UserCache.Folder("packed") : Path.GetFullPath(folder);

    /// <summary>The folder of one checkpoint's packed files, or null to pack into memory.</summary>
    internal static string? FolderOf(Checkpoint checkpoint, string? folder) =>
        Root(folder) is { } root && (folder is not null || checkpoint.WeightBytes >= SmallModelBytes) ? Path.Combine(root, checkpoint.Identity[..32]) : null;
}
