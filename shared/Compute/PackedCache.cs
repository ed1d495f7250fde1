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

/// <summary>The user's cache folder, for files that can be created again.</summary>
public static class UserCache
{
    /// <summary>Full path of a folder in it; not created here.</summary>
    public static string Folder(string name)
    {
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(cache))
        {
            cache = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        }

        return Path.Combine(cache, "orleans-inference", name);
    }
}
