using System.CommandLine;
using System.Text.RegularExpressions;
using OrleansInference.Cli;

namespace OrleansInference.CliTests;

/// <summary>The commands of the documents parse.</summary>
public sealed partial class DocumentCommandTests
{
    public static TheoryData<string> Documents => [.. Directory.EnumerateFiles(Path.Combine(CliProcess.Root, "docs"), "*.md").Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    [Fact]
    public void Documents_have_commands() => Assert.True(Documents.Sum(static document => Commands(document).Length) > 20);

    [Theory]
    [MemberData(nameof(Documents))]
    public void Commands_parse(string document) =>
        Assert.All(Commands(document), static command => Assert.Empty(CommandLineApplication.CreateRoot().Parse(command).Errors.Select(static error => error.Message)));

    // The node reads the options of serve, and has tests of its own.
    private static string[] Commands(string document) =>
        [.. Command().Matches(File.ReadAllText(Path.Combine(CliProcess.Root, "docs", document))).Select(static match => match.Groups[1].Value.Trim()).Where(static command => !command.StartsWith("serve", StringComparison.Ordinal))];

    [GeneratedRegex(@"^ *(?:[A-Z_]+=\S+ )?\./run\.sh ([^#|&\n]*)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
