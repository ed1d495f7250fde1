using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Meta;

/// <summary>
/// Inside a project, folders point one way too. A folder points at another if a file of it has a <c>using</c> for it; namespaces follow folders, so that nothing else makes its types visible, except that a folder
/// sees those above it. Files that lie directly in a project's folder put the parts together, and may use all of them.
/// </summary>
public sealed partial class FolderTests(ITestOutputHelper output)
{
    private const int MaxTypeLines = 600;

    private static readonly string[] Projects = [.. Repository.ProjectsOnDisk().Where(path => !path.StartsWith("tests/", StringComparison.Ordinal)).Select(path => Path.GetDirectoryName(path)!.Replace('\\', '/'))];

    // Parts of the cluster that decide: each may use the protocol, and no other part.
    private static readonly string[] Machines = ["Router", "Stage", "Session", "Gateway", "Fleet"];

    [Fact]
    public void Namespaces_follow_folders()
    {
        List<string> wrong = [];
        foreach ((string project, string file) in Sources())
        {
            string expected = NamespaceOf(project, Path.GetDirectoryName(file)!.Replace('\\', '/'));
            Match found = Namespace().Match(Repository.Read(file));
            if (found.Success && found.Groups[1].Value != expected)
            {
                wrong.Add($"{file}: {found.Groups[1].Value}; expected {expected}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void No_two_folders_of_a_project_point_at_each_other()
    {
        HashSet<(string From, string To)> edges = [.. Edges()];
        Assert.Empty(edges.Where(edge => edges.Contains((edge.To, edge.From)) && string.CompareOrdinal(edge.From, edge.To) < 0).Select(edge => $"{edge.From} <-> {edge.To}"));
    }

    [Fact]
    public void Parts_of_the_cluster_that_decide_know_the_protocol_alone()
    {
        Assert.All(Machines, machine => Assert.True(Directory.Exists(Repository.PathOf($"shared/Cluster/{machine}")), machine));
        Assert.Empty(Edges().Where(edge => Machines.Any(machine => edge.From == $"shared/Cluster/{machine}") && edge.To != "shared/Cluster/Protocol").Select(edge => $"{edge.From} -> {edge.To}"));
    }

    [Fact]
    public void No_type_is_one_that_everyone_must_edit()
    {
        Dictionary<string, int> lines = [];
        foreach ((_, string file) in Sources())
        {
            string type = $"{Path.GetDirectoryName(file)}/{Path.GetFileName(file).Split('.')[0]}";
            lines[type] = lines.GetValueOrDefault(type) + File.ReadLines(Repository.PathOf(file)).Count();
        }

        foreach ((string type, int count) in lines.Where(static type => type.Value > MaxTypeLines / 2).OrderByDescending(static type => type.Value))
        {
            output.WriteLine($"{count,5} {type}");
        }

        Assert.DoesNotContain(lines, static type => type.Value > MaxTypeLines);
    }

    /// <summary>The rooms of a project, which are the folders directly below its own, that use others.</summary>
    private static IEnumerable<(string From, string To)> Edges()
    {
        foreach (string project in Projects)
        {
            string[] rooms = [.. Directory.EnumerateDirectories(Repository.PathOf(project)).Select(folder => $"{project}/{Path.GetFileName(folder)}")];
            foreach ((string owner, string file) in Sources().Where(source => source.Project == project))
            {
                if (Array.Find(rooms, room => file.StartsWith(room + "/", StringComparison.Ordinal)) is not { } from)
                {
                    continue;
                }

                foreach (string used in Using().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value))
                {
                    if (Array.Find(rooms, room => (used + ".").StartsWith(NamespaceOf(owner, room) + ".", StringComparison.Ordinal)) is { } to && to != from)
                    {
                        yield return (from, to);
                    }
                }
            }
        }
    }

    private static IEnumerable<(string Project, string File)> Sources() => Repository.Files("*.cs")
        .Select(file => (Project: Array.Find(Projects, project => file.StartsWith(project + "/", StringComparison.Ordinal))!, file)).Where(source => source.Project is not null);

    private static string NamespaceOf(string project, string folder)
    {
        string name = Path.GetFileName(project);
        string below = folder.Length > project.Length ? "." + folder[(project.Length + 1)..].Replace('/', '.') : string.Empty;
        return $"OrleansInference.{char.ToUpperInvariant(name[0])}{name[1..]}{below}";
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (?:static )?(OrleansInference[\w.]*);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
