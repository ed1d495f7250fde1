using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Compute;

/// <summary>Where packed weights are kept.</summary>
internal static class PackedCache
{
    // Packing this much takes less time than a user notices, and is not worth a second copy on disk.
    private const long SmallModelBytes = 64 << 20;

    /// <summary>The folder of one checkpoint's packed files, or null where it is to be packed into memory.</summary>
    public static string? FolderOf(Checkpoint checkpoint, string? root)
    {
        if (root is { Length: 0 } || (root is null && checkpoint.WeightBytes < SmallModelBytes))
        {
            return null;
        }

        return Path.Combine(root ?? UserFolder(), checkpoint.Identity[..32]);
    }

    private static string UserFolder()
    {
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(cache))
        {
            cache = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        }

        return Path.Combine(cache, "orleans-inference", "packed");
    }
}
