using System.Text.RegularExpressions;
using OrleansInference.Cluster.Programs;
using OrleansInference.Unit.Meta;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Deployment;

/// <summary>The unit of systemd gives a node the time to hand over, and starts it again where that helps.</summary>
public sealed class SystemdTests(ITestOutputHelper output)
{
    private const string Unit = "deploy/systemd/orleans-inference.service";
    private const string Settings = "deploy/systemd/node.env";

    // What a node takes to stop beyond its drain.
    private const int StopSeconds = 15;

    [Fact]
    public void A_node_has_longer_to_stop_than_it_drains() => Assert.True(
        int.Parse(Value("TimeoutStopSec")) > int.Parse(Regex.Match(Repository.Read(Settings), @"_DRAIN_SECONDS=(\d+)").Groups[1].Value) + StopSeconds);

    [Fact]
    public void It_is_started_again_after_a_failure_but_not_after_wrong_usage()
    {
        Assert.Equal("on-failure", Value("Restart"));
        Assert.Equal([ExitCode.UsageError.ToString()], Value("RestartPreventExitStatus").Split(' '));
        Assert.Equal("143", Value("SuccessExitStatus"));
    }

    [Fact]
    public void It_names_only_settings_of_a_node() =>
        Assert.Empty(NodeSettings.Named(Repository.Read(Unit) + Repository.Read(Settings)).Except(NodeSettings.Variables));

    [Fact]
    public void Every_credential_is_used_where_it_is_loaded()
    {
        string text = Repository.Read(Unit);
        string[] loaded = [.. Regex.Matches(text, @"LoadCredential=([\w.-]+):").Select(static match => match.Groups[1].Value).Order(StringComparer.Ordinal)];
        Assert.Equal(7, loaded.Length);
        Assert.Equal(loaded, Regex.Matches(text, @"=%d/([\w.-]+)").Select(static match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    /// <summary>The runtime compiles while it runs, and reads the machine's memory from /proc.</summary>
    [Fact]
    public void Its_hardening_leaves_the_runtime_what_it_needs()
    {
        string[] lines = Repository.Read(Unit).Split('\n');
        Assert.DoesNotContain(lines, static line => Regex.IsMatch(line, "^(MemoryDenyWriteExecute|ProcSubset|SystemCallFilter=~)"));
        Assert.Contains("AF_INET AF_INET6 AF_UNIX", Value("RestrictAddressFamilies"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Systemd_accepts_it()
    {
        Skip.IfNot(Tool.IsInstalled("systemd-analyze"), "systemd-analyze is not installed.");
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            // systemd-analyze checks that the program exists.
            string unit = Path.Combine(folder.FullName, Path.GetFileName(Unit));
            await File.WriteAllTextAsync(unit, Repository.Read(Unit).Replace("ExecStart=/usr/bin/dotnet", $"ExecStart={Environment.ProcessPath}", StringComparison.Ordinal));
            output.WriteLine(await Tool.RunAsync("systemd-analyze", "--recursive-errors=no", "verify", unit));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Value(string key) => Regex.Match(Repository.Read(Unit), $"^{key}=(.*)$", RegexOptions.Multiline).Groups[1].Value;
}
