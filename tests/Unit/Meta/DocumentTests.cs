using System.Text.RegularExpressions;

namespace OrleansInference.Unit.Meta;

/// <summary>Documents name only what exists: files, headings, paths and tests.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] Documents = [.. Directory.EnumerateFiles(Repository.Root, "*.md").Select(static file => Path.GetFileName(file)).Concat(Repository.Files("*.md")).Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_link_leads_to_a_file_and_a_heading()
    {
        Assert.Contains("docs/recovery.md", Documents);
        var links = Documents.SelectMany(static document => Link().Matches(Prose(document)).Select(match => (document, File: match.Groups[1].Value, Anchor: match.Groups[2].Value))).ToList();
        Assert.Contains(links, static link => link.Anchor.Length > 0);
        Assert.DoesNotContain(links, static link => !Exists(Target(link.document, link.File), link.Anchor));
    }

    [Fact]
    public void Every_path_exists()
    {
        var paths = Documents.SelectMany(static document => SourcePath().Matches(Prose(document)).Select(match => (document, Name: match.Groups[1].Value))).ToList();
        Assert.NotEmpty(paths);
        Assert.DoesNotContain(paths, static path => !Path.Exists(Repository.PathOf(path.Name)));
    }

    [Fact]
    public void Every_test_exists()
    {
        string tests = string.Concat(Repository.Files("*Tests.cs").Select(Repository.Read));
        var named = Documents.SelectMany(static document => TestName().Matches(Prose(document)).Select(match => (document, Name: match.Groups[1].Value))).ToList();
        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, test => !Regex.IsMatch(tests, $@"(class|void|Task) {test.Name}\b"));
    }

    // Fenced blocks hold commands and output, where neither links nor headings are.
    private static string Prose(string document) => Fence().Replace(Repository.Read(document), string.Empty);

    private static string Target(string document, string path) =>
        path.Length == 0 ? document : Path.GetRelativePath(Repository.Root, Path.GetFullPath(path, Path.GetDirectoryName(Repository.PathOf(document))!));

    private static bool Exists(string target, string anchor) =>
        Path.Exists(Repository.PathOf(target)) && (anchor.Length == 0 || Heading().Matches(Prose(target)).Any(heading => AnchorOf(heading.Groups[1].Value) == anchor));

    // As GitHub makes them.
    private static string AnchorOf(string heading) => NotInAnchors().Replace(heading.Trim().ToLowerInvariant(), string.Empty).Replace(' ', '-');

    [GeneratedRegex(@"\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex("`((?:client|deploy|docs|grains|shared|silo|tests)/[^`\\s*…]*)`")]
    private static partial Regex SourcePath();

    [GeneratedRegex("`([A-Z][a-z]+\\w*Tests|[A-Z][a-z]*_(?!_)\\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^ *```.*?^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]")]
    private static partial Regex NotInAnchors();
}
