namespace OrleansInference.Cluster.Programs;

/// <summary>Finds what lies in the repository that a program, or the folder it was started in, belongs to.</summary>
public static class RepositoryFiles
{
    /// <summary>The demo model's folder in the repository.</summary>
    internal static readonly string DemoFolder = Path.Combine("shared", "demo-model");

    /// <summary>The demo model's folder; null where there is none.</summary>
    internal static string? FindDemoModel() =>
        Path.GetDirectoryName(Find(Path.Combine(DemoFolder, "config.json"), AppContext.BaseDirectory, Environment.CurrentDirectory));

    /// <summary>Looks for a file in folders and those above them.</summary>
    /// <param name="file">Its path in the repository.</param>
    /// <param name="starts">The folders, each asked with all above it before the next.</param>
    /// <returns>Full path of the first; null where there is none.</returns>
    public static string? Find(string file, params string[] starts)
    {
        foreach (string start in starts)
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                string candidate = Path.Combine(folder.FullName, file);
                if (File.Exists(candidate))
                {
                    return candidate;
                }
            }
        }

        return null;
    }
}
