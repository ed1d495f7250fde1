using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Stopping;
using OrleansInference.Settings;
using OrleansInference.Silo.Settings;

namespace OrleansInference.ClusterTests.Nodes;

public sealed class SettingListTests
{
    private const string Page = "docs/CONFIGURATION.md";

    private static readonly string[] Keys = [.. NodeOptions.CreateSettings().All.Select(static setting => setting.Key)];

    [Fact]
    public void The_help_and_the_page_have_every_setting_once()
    {
        Assert.Equal(Keys.Length, Keys.Distinct().Count());
        Assert.All(Keys, static key => Assert.Equal(2, SettingList.Help().Split($"  {SettingName.Switch(key)} ").Length));
        Assert.All(Keys, static key => Assert.Contains($"| `{key}` |", SettingList.Markdown(), StringComparison.Ordinal));
        Assert.All(SettingList.Help().Split('\n'), static line => Assert.InRange(line.Length, 0, 160));
    }

    /// <summary>With ORLEANS_INFERENCE_UPDATE_SNAPSHOTS=1 in the environment the page is written anew.</summary>
    [Fact]
    public void The_page_is_up_to_date()
    {
        string path = Path.Combine(Path.GetDirectoryName(RepositoryFiles.Find("OrleansInference.sln", AppContext.BaseDirectory))!, Page);
        if (Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, SettingList.Markdown());
        }

        Assert.Equal(SettingList.Markdown(), File.Exists(path) ? File.ReadAllText(path) : "");
    }

    [Fact]
    public async Task Help_is_printed_and_nothing_is_started()
    {
        using NodeProgram node = new("--help", "--port", "no number");
        Assert.Equal("Usage: serve [OPTIONS]", await node.AnnouncedAsync());
        Assert.Equal(ExitCode.Success, (await node.EndsAsync()).Code);
    }
}
