using System.Text.RegularExpressions;

namespace OrleansInference.CliTests;

/// <summary>What the documents promise exists.</summary>
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/ARCHITECTURE.md")]
    [InlineData("deploy/README.md")]
    [InlineData("shared/demo-model/README.md")]
    public void Links_lead_somewhere(string document)
    {
        string folder = Path.GetDirectoryName(Path.Combine(CliProcess.Root, document))!;
        Assert.All(Link().Matches(Read(document)).Select(match => match.Groups[1].Value).Where(link => !link.StartsWith("http", StringComparison.Ordinal)), link =>
            Assert.True(Path.Exists(Path.Combine(folder, link.Split('#')[0])), $"{document} links to {link}, which does not exist."));
    }

    [Fact]
    public void Paths_in_the_architecture_exist()
    {
        MatchCollection paths = SourcePath().Matches(Read("docs/ARCHITECTURE.md"));
        Assert.NotEmpty(paths);
        Assert.All(paths.Select(match => match.Groups[1].Value), path => Assert.True(Path.Exists(Path.Combine(CliProcess.Root, path)), $"{path} does not exist."));
    }

    [Fact]
    public void Commands_parse()
    {
        string[] commands = [.. Command().Matches(Read("README.md")).Select(match => match.Groups[1].Value.Trim()).Distinct()];
        Assert.True(commands.Length >= 8, "README.md names the commands.");
        Assert.All(commands.Where(command => command.Length > 0), command =>
            Assert.DoesNotContain(
                CommandTree.Parse(command.Split(' ')).Errors,
                error => !error.Message.Contains("required", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public void Every_command_is_described()
    {
        string text = Read("README.md");
        Assert.All(CommandTree.Leaves, command => Assert.Contains($"`./run.sh {command}`", text, StringComparison.Ordinal));
    }

    private static string Read(string document) => File.ReadAllText(Path.Combine(CliProcess.Root, document));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:shared|client|tests|docs)/[^`\s]*)`")]
    private static partial Regex SourcePath();

    [GeneratedRegex(@"^(?:\| `)?\./run\.sh([^`\n]*)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
