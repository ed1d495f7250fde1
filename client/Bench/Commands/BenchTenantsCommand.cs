using OrleansInference.Bench.Chaos;
using OrleansInference.Bench.Tenants;
using OrleansInference.Cli.Chat;
using OrleansInference.Cli.Commands;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Programs;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench tenants</c>: holds conversations of several tenants on a cluster on this machine, kills nodes and connections, and compares transcripts and bills.</summary>
internal static class BenchTenantsCommand
{
    public static Command Create()
    {
        BenchTenantsOptions options = new();
        return CommandInvocation.Create(
            "tenants",
            "Starts a cluster on this machine, holds conversations of several tenants while nodes and connections are killed, and compares each transcript and each bill",
            ModelOptions.CreateCheckpointSettings(),
            options.All,
            invocation => RunAsync(options, invocation));
    }

    /// <returns>The exit code: failure if an answer was different or failed, a bill is wrong, or an audit log is broken.</returns>
    private static async Task<int> RunAsync(BenchTenantsOptions options, CommandInvocation invocation)
    {
        TenantsSettings settings = options.Read(invocation.Arguments);
        string data = Directory.CreateTempSubdirectory("orleans-inference-tenants-").FullName;
        TenantsReport report;
        try
        {
            using StopSignals stop = new();
            string[] nodeSettings = options.NodeSettings(invocation.Arguments, invocation.Settings.Bind<CheckpointOptions>().Folder, data);
            await using (LocalClusterProcess cluster = await LocalClusterProcess.StartAsync(settings.Stages, nodeSettings, stop.Token))
            {
                using ChatApi api = new(new Uri(cluster.Urls[0]), null);
                settings = settings with { Model = await api.FirstModelAsync(stop.Token) };
                report = await new TenantsDriver(settings, cluster.Urls, BenchServeCommand.Say).RunAsync(stop.Token);
            }

            report = AuditCheck.Complete(report, data);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        invocation.Print(() => TenantsOutput.Describe(report), () => TenantsOutput.PrintText(report));
        if (report.Ended is not null)
        {
            BenchServeCommand.Say(report.Ended);
        }

        return report.Clean ? ExitCode.Success : ExitCode.Failure;
    }
}
