namespace OrleansInference.Cluster.Programs;

/// <summary>Finds files of the repository that contains the program, or the folder in which it was started.</summary>
public static class RepositoryFiles
{
    /// <summary>The demo model's folder in the repository.</summary>
    internal static readonly string DemoFolder = Path.Combine("shared", "demo-model");

    /// <summary>Folder of the demo model; null if there is none.</summary>
    internal static string? FindDemoModel() =>
        Path.GetDirectoryName(Find(Path.Combine(DemoFolder, "config.json"), AppContext.BaseDirectory, Environment.CurrentDirectory));

    /// <summary>Searches folders and their parents for a file.</summary>
    /// <param name="file">Path of the file in the repository.</param>
    /// <param name="starts">Folders to start from; each is searched with all its parents before the next.</param>
    /// <returns>Full path of the first match; null if there is none.</returns>
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
