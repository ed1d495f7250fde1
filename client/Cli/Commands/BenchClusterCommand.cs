using System.CommandLine;
using System.Diagnostics;
using OrleansInference.Cli.Chaos;

namespace OrleansInference.Cli.Commands;

/// <summary><c>bench cluster</c>: measured by the program of the cluster's edition, which knows its options.</summary>
internal static class BenchClusterCommand
{
    public static Command Create()
    {
        Argument<string[]> options = new("options") { Description = "As that program takes them", Arity = ArgumentArity.ZeroOrMore };
        Command command = new("cluster", "Measures hops between nodes, two stages in two processes beside one, and idle sessions") { options };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (parse, cancellationToken) =>
        {
            string program = LocalClusterProcess.FindProgram(AppContext.BaseDirectory, Environment.CurrentDirectory);
            using Process process = Process.Start("dotnet", [program, "bench", "cluster", .. parse.UnmatchedTokens, .. parse.GetValue(options) ?? []]);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode;
        });
        return command;
    }
}
