using System.Text.RegularExpressions;
using OrleansInference.Settings;
using OrleansInference.Unit.Meta;

namespace OrleansInference.Unit.Deployment;

/// <summary>The instructions for operators name files, sections and settings that exist.</summary>
public sealed partial class InstructionTests
{
    private static readonly string Text = Repository.Read("deploy/README.md");

    [Fact]
    public void Every_path_in_a_command_exists()
    {
        string[] paths = [.. Path().Matches(Text).Select(static match => match.Value).Distinct()];
        Assert.True(paths.Length >= 8);
        Assert.All(paths, static path => Assert.True(System.IO.Path.Exists(Repository.PathOf(path)), path));
    }

    [Fact]
    public void Every_option_of_a_node_is_a_setting()
    {
        HashSet<string> switches = [.. NodeSettings.Keys.Select(SettingName.Switch)];
        string[] options = [.. NodeCommand().Matches(Text).Concat(NodeOption().Matches(Text)).SelectMany(static match => Option().Matches(match.Value)).Select(static match => match.Value).Distinct()];
        Assert.Contains("--cluster-secret-file", options);
        Assert.Contains("--drain-seconds", options);
        Assert.Empty(options.Except(switches));
    }

    [Fact]
    public void Every_section_that_is_linked_exists()
    {
        string[] sections = [.. Heading().Matches(Text).Select(static match => match.Groups[1].Value.ToLowerInvariant().Replace(' ', '-'))];
        string[] linked = [.. Anchor().Matches(Text).Select(static match => match.Groups[1].Value).Distinct()];
        Assert.NotEmpty(linked);
        Assert.Empty(linked.Except(sections));
    }

    [GeneratedRegex(@"\bdeploy/[\w./-]*\w")]
    private static partial Regex Path();

    [GeneratedRegex(@"OrleansInference\.Silo\.dll(?:[^\n]*\\\n)*[^\n]*")]
    private static partial Regex NodeCommand();

    /// <summary>In running text, options of <c>kubectl</c>, <c>helm</c> and <c>cluster status</c> apart.</summary>
    [GeneratedRegex(@"`--(?!set |json)[^`\n]+`")]
    private static partial Regex NodeOption();

    [GeneratedRegex(@"--[a-z][a-z-]*[a-z]")]
    private static partial Regex Option();

    [GeneratedRegex(@"^##* (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\(#([\w-]+)\)")]
    private static partial Regex Anchor();
}
