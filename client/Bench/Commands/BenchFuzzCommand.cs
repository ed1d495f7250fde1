using OrleansInference.Bench.Fuzz;
using OrleansInference.Cli.Commands;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Programs;
using OrleansInference.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench fuzz</c>: sends valid and invalid requests that are generated from the OpenAPI document of a server, and checks every answer.</summary>
internal static class BenchFuzzCommand
{
    public static Command Create()
    {
        BenchFuzzOptions options = new();
        return CommandInvocation.Create(
            "fuzz",
            "Sends valid and invalid requests to all operations of the OpenAPI document, and checks statuses, errors, memory, and that a known request is still answered with the same tokens",
            ModelOptions.CreateCheckpointSettings(),
            options.All,
            invocation => RunAsync(options, invocation));
    }

    /// <returns>The exit code: failure if an answer broke a rule.</returns>
    private static async Task<int> RunAsync(BenchFuzzOptions options, CommandInvocation invocation)
    {
        using StopSignals stop = new();
        if (options.Server(invocation.Arguments) is { } server)
        {
            return await RunAsync(options.Read(invocation.Arguments, server.Url, server.Key), invocation, null, stop.Token);
        }

        string folder = Path.Combine(Path.GetTempPath(), $"orleans-inference-fuzz-{Guid.NewGuid():N}");
        try
        {
            await using LocalPostgres? postgres = options.UsesPostgres(invocation.Arguments) ? await LocalPostgres.StartAsync(folder) : null;
            string adminKey = $"fuzz-{Guid.NewGuid():N}";
            string[] settings = ["--model", invocation.Settings.Bind<CheckpointOptions>().Folder, .. postgres is null ? (string[])[] : ["--postgres", postgres.ConnectionString, "--cluster-id", "fuzz"]];
            await using NodeProgram node = await NodeProgram.StartAsync(settings, adminKey, stop.Token);
            return await RunAsync(options.Read(invocation.Arguments, node.Url, adminKey), invocation, node, stop.Token);
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task<int> RunAsync(FuzzSettings settings, CommandInvocation invocation, NodeProgram? node, CancellationToken cancellationToken)
    {
        BenchServeCommand.Say($"Sending requests to {settings.Url} for {settings.Duration.TotalSeconds} s, seed {settings.Seed}.");
        using FuzzDriver driver = new(settings, BenchServeCommand.Say);
        FuzzReport report = await driver.RunAsync(cancellationToken);
        foreach (string defect in node?.Defects() ?? [])
        {
            report.Add(new FuzzFailure($"The node logged: {defect}"));
        }

        invocation.Print(report.Describe, report.PrintText);
        return report.Failures.Count == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
