using System.Globalization;

namespace OrleansInference.Silo.Storage;

/// <summary>Finds PostgreSQL's programs on this machine.</summary>
internal static class PostgresBinaries
{
    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];
    private static readonly string[] Parents = ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt", "/usr"];

    /// <summary>Folders of installations, the latest version first: those of distributions, then the search path.</summary>
    public static IEnumerable<string> Folders()
    {
        IEnumerable<string> packaged = Parents
            .Where(Directory.Exists)
            .SelectMany(static parent => Directory.EnumerateDirectories(parent))
            .Where(static folder => Version(folder) > 0)
            .OrderByDescending(Version)
            .Select(static folder => Path.Combine(folder, "bin"));
        return packaged.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)).Where(IsComplete);
    }

    /// <summary>Returns the folder to use, of the given major version if there is one; null if none is found.</summary>
    public static string? Find(int? majorVersion = null) =>
        Folders().FirstOrDefault(folder => majorVersion is null || Version(Path.GetDirectoryName(folder)!) == majorVersion);

    private static bool IsComplete(string folder) => folder.Length > 0 && Array.TrueForAll(Needed, tool => Exists(Path.Combine(folder, tool)));

    /// <summary>Checks the target of a link: a link to an uninstalled file is also a file.</summary>
    private static bool Exists(string file) => File.Exists(file) && (File.ResolveLinkTarget(file, returnFinalTarget: true)?.Exists ?? true);

    /// <summary>Major version in a path: 15 of /usr/lib/postgresql/15, /opt/homebrew/opt/postgresql@15 and /usr/pgsql-15; otherwise 0.</summary>
    private static int Version(string folder)
    {
        string name = Path.GetFileName(folder);
        string parent = Path.GetFileName(Path.GetDirectoryName(folder)) ?? "";
        string[] parts = name.Split('@', '-');
        bool named = parts is ["postgresql" or "pgsql", _] || (parts.Length == 1 && parent == "postgresql");
        return named && int.TryParse(parts[^1], CultureInfo.InvariantCulture, out int version) ? version : 0;
    }
}
