using System.Text.RegularExpressions;

namespace OrleansInference.CliTests;

public sealed partial class DocumentCommandTests
{
    [Fact]
    public void Commands_of_the_documents_parse()
    {
        // The node reads the options of serve.
        var commands = Directory.EnumerateFiles(Path.Combine(CliProcess.Root, "docs"), "*.md")
            .SelectMany(static file => Command().Matches(File.ReadAllText(file)).Select(match => (Document: Path.GetFileName(file), Command: match.Groups[1].Value.Trim())))
            .Where(static found => !found.Command.StartsWith("serve", StringComparison.Ordinal))
            .ToList();
        Assert.Contains(("chaos.md", "bench starts --starts 20 --beside 8"), commands);
        Assert.All(commands, static found => Assert.Empty(CommandTree.Parse(found.Command.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Errors.Select(error => $"{found.Document}: {error.Message}")));
    }

    [GeneratedRegex(@"^ *(?:[A-Z_]+=\S+ )?\./run\.sh ([^#|&\n]*)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
