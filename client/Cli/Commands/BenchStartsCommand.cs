using System.CommandLine;
using System.Globalization;
using OrleansInference.Cli.Beside;
using OrleansInference.Cli.Chaos;
using OrleansInference.Cli.Output;
using OrleansInference.Cli.Settings;
using OrleansInference.Models;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Cli.Commands;

/// <summary><c>bench starts</c>: whether all nodes of a cluster on this machine join and stay, start after start.</summary>
internal static class BenchStartsCommand
{
    public static Command Create()
    {
        Option<int> starts = RangedOption.Create("--starts", "Times that a cluster is started", 20, 1, 1_000_000);
        Option<int> nodes = RangedOption.Create("--nodes", "Nodes of each", 3, 1, 16);
        Option<int> stay = RangedOption.Create("--stay", "Seconds that each is left alone before its nodes are counted", 3, 0, 3600);
        Option<int> beside = RangedOption.Create("--beside", "Busy loops that run beside them", 0, 0, 1024);
        Option<string?> postgres = new("--postgres") { Description = "Connection string of a PostgreSQL; one is started each time by default", HelpName = "TEXT" };
        return CommandInvocation.Create(
            "starts",
            "Starts a cluster on this machine again and again, and counts the nodes that do not join or do not stay",
            [ModelOptions.ModelSetting],
            [starts, nodes, stay, beside, postgres],
            async invocation =>
            {
                using BusyLoops? busy = BusyLoops.StartAny(invocation.Arguments.GetValue(beside));
                return await RunAsync(
                    invocation, invocation.Arguments.GetValue(starts), invocation.Arguments.GetValue(nodes), TimeSpan.FromSeconds(invocation.Arguments.GetValue(stay)), invocation.Arguments.GetValue(postgres));
            });
    }

    /// <returns>The exit code: a failure when a node did not join or stay.</returns>
    private static async Task<int> RunAsync(CommandInvocation invocation, int starts, int nodes, TimeSpan stay, string? postgres)
    {
        string model = ModelLocator.Find(invocation.Settings.Text(ModelOptions.ModelSetting));
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

        if (invocation.Json)
        {
            JsonOutput.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("starts", begun);
                writer.WriteNumber("failed", failed);
                writer.WriteEndObject();
            });
        }
        else
        {
            Console.Out.WriteLine($"{begun} starts of {nodes} nodes; in {failed} of them a node did not join or did not stay.");
        }

        return failed == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
