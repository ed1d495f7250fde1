using OrleansInference.Bench.Beside;
using OrleansInference.Bench.Chaos;
using OrleansInference.Cli.Commands;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Programs;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench starts</c>: starts a cluster on this machine repeatedly, and checks that all nodes join and stay.</summary>
internal static class BenchStartsCommand
{
    public static Command Create()
    {
        Option<int> starts = RangedOption.Create("--starts", "Number of starts", 20, 1, 1_000_000);
        Option<int> nodes = RangedOption.Create("--nodes", "Nodes of each cluster", 3, 1, 16);
        Option<int> stay = RangedOption.Create("--stay", "Seconds from each start to the check of its nodes", 3, 0, 3600);
        Option<int> beside = RangedOption.Create("--beside", "Busy loops that run on the same machine", 0, 0, 1024);
        Option<string?> postgres = new("--postgres") { Description = "Connection string of PostgreSQL; by default each start has a server of its own", HelpName = "TEXT" };
        return CommandInvocation.Create(
            "starts",
            "Starts a cluster on this machine repeatedly, and counts the starts in which a node does not join or does not stay",
            ModelOptions.CreateCheckpointSettings(),
            [starts, nodes, stay, beside, postgres],
            async invocation =>
            {
                using BusyLoops? busy = BusyLoops.StartAny(invocation.Arguments.GetValue(beside));
                return await RunAsync(
                    invocation, invocation.Arguments.GetValue(starts), invocation.Arguments.GetValue(nodes), TimeSpan.FromSeconds(invocation.Arguments.GetValue(stay)), invocation.Arguments.GetValue(postgres));
            });
    }

    /// <returns>The exit code: failure if a node did not join or stay.</returns>
    private static async Task<int> RunAsync(CommandInvocation invocation, int starts, int nodes, TimeSpan stay, string? postgres)
    {
        string model = invocation.Settings.Bind<CheckpointOptions>().Folder;
        using StopSignals stop = new();
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(30) };
        int begun = 0;
        int failed = 0;
        while (begun < starts && !stop.Token.IsCancellationRequested)
        {
            begun++;
            string[] settings = ["--model", model, "--threads", "1", "--restart", "never"];
            settings = postgres is null ? settings : [.. settings, "--postgres", postgres, "--cluster-id", $"starts-{Guid.NewGuid():N}"];
            try
            {
                await using LocalClusterProcess cluster = await LocalClusterProcess.StartAsync(nodes, settings, stop.Token);
                await Task.Delay(stay, stop.Token);
                await Task.WhenAll(cluster.Urls.Select(url => http.GetStringAsync(new Uri(url + "/alive"), stop.Token)));
            }
            catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
            {
                begun--;
            }
            catch (Exception error) when (error is InferenceException or HttpRequestException or TaskCanceledException)
            {
                failed++;
                BenchServeCommand.Say(string.Create(CultureInfo.InvariantCulture, $"Start {begun}: {error.Message}"));
            }
        }

        invocation.Print(
            () => new JsonObject { ["starts"] = begun, ["failed"] = failed },
            () => Console.Out.WriteLine($"{begun} starts of {nodes} nodes; in {failed} of them a node did not join or did not stay."));
        return failed == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
