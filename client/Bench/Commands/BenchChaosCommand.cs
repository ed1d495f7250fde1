using OrleansInference.Bench.Beside;
using OrleansInference.Bench.Chaos;
using OrleansInference.Cli.Chat;
using OrleansInference.Cli.Commands;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Programs;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench chaos</c>: kills, freezes or drains the nodes of a cluster on this machine under load, and compares each stream with its undisturbed transcript.</summary>
internal static class BenchChaosCommand
{
    public static Command Create()
    {
        BenchChaosOptions options = new();
        return CommandInvocation.Create(
            "chaos",
            "Starts a cluster on this machine, kills, freezes or drains its nodes one after the other under load, and compares each stream with its undisturbed transcript",
            ModelOptions.CreateCheckpointSettings(),
            options.All,
            invocation => RunAsync(options, invocation));
    }

    /// <returns>The exit code: failure if a token was lost, repeated or different, a request failed, or a page was corrupted.</returns>
    private static async Task<int> RunAsync(BenchChaosOptions options, CommandInvocation invocation)
    {
        ChaosSettings settings = options.Read(invocation.Arguments);
        string[] nodeSettings = options.NodeSettings(invocation.Arguments, invocation.Settings.Bind<CheckpointOptions>().Folder);
        using StopSignals stop = new();
        await using LocalClusterProcess cluster = await LocalClusterProcess.StartAsync(options.Nodes(invocation.Arguments), nodeSettings, stop.Token);
        using BusyLoops? busy = BusyLoops.StartAny(options.BusyLoops(invocation.Arguments));
        using ChatApi api = new(new Uri(cluster.Urls[0]), null);
        settings = settings with { Model = await api.FirstModelAsync(stop.Token) };
        ChaosReport report = await new ChaosDriver(settings, cluster.Urls, BenchServeCommand.Say).RunAsync(stop.Token);
        invocation.Print(() => ChaosOutput.Describe(report), () => ChaosOutput.PrintTable(report));
        if (report.Ended is not null)
        {
            BenchServeCommand.Say(report.Ended);
        }

        if (report.CorruptedPages > 0)
        {
            BenchServeCommand.Say($"{report.CorruptedPages} pages were corrupted, although this command corrupts none; the warnings in the logs of the nodes name the devices.");
        }

        return report.Clean ? ExitCode.Success : ExitCode.Failure;
    }
}
