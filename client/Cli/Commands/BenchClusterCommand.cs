using System.CommandLine;
using System.Diagnostics;
using OrleansInference.Cli.Chaos;
using OrleansInference.Cli.Hosting;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Cli.Commands;

/// <summary><c>bench cluster</c>: measured by the node's program, which knows its options and gets all that stands after the command as it is.</summary>
internal static class BenchClusterCommand
{
    public static Command Create()
    {
        Command command = new("cluster", "Measures hops between nodes, two stages in two processes compared with one, idle sessions, durable sessions, and the directory of many nodes") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(async (parse, _) =>
        {
            string program = NodeProgram.Find(AppContext.BaseDirectory, Environment.CurrentDirectory);
            using StopSignals stop = new();
            using Process process = Process.Start("dotnet", [program, "bench", "cluster", .. parse.UnmatchedTokens]);
            try
            {
                await process.WaitForExitAsync(stop.Token);
            }
            catch (OperationCanceledException)
            {
                await LocalClusterProcess.StopAsync(process);
            }

            return process.ExitCode;
        });
        return command;
    }
}
