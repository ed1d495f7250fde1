using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace OrleansInference.Unit.Meta;

/// <summary>The repository's own files, found from the tests' location.</summary>
internal static partial class Repository
{
    private static readonly string[] Sources = ["client", "deploy", "grains", "shared", "silo", "tests", "docs"];

    public static string Root { get; } = FindRoot();

    public static string PathOf(string relative) => Path.Combine(Root, relative.Replace('\\', '/'));

    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>Paths of projects in the solution, from the root, with forward slashes.</summary>
    public static IReadOnlyList<string> SolutionProjects() =>
        [.. ProjectLine().Matches(Read("OrleansInference.sln")).Select(match => match.Groups[1].Value.Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>Paths of projects on disk.</summary>
    public static IEnumerable<string> ProjectsOnDisk() => Files("*.csproj").Order(StringComparer.Ordinal);

    public static XDocument Project(string relative) => XDocument.Load(PathOf(relative));

    /// <summary>Source files below the top-level folders, build outputs apart, as paths from the root.</summary>
    public static IEnumerable<string> Files(string pattern) => Sources
        .Select(PathOf)
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories))
        .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
        .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "TestResults"));

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OrleansInference.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException($"No OrleansInference.sln lies above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex("""^Project\(.*?\) = "[^"]*", "([^"]*\.csproj)",""", RegexOptions.Multiline)]
    private static partial Regex ProjectLine();
}
