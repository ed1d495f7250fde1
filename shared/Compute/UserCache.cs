namespace OrleansInference.Compute;

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
