using System.CommandLine;
using System.Text.Json;
using OrleansInference.Cli.Cluster;
using OrleansInference.Cli.Output;

namespace OrleansInference.Cli.Commands;

/// <summary><c>cluster status</c>: who is there, and what was recovered.</summary>
internal static class ClusterStatusCommand
{
    public static Command Create()
    {
        ClusterOptions options = new();
        return CommandInvocation.Create("status", "Shows a cluster's nodes and its router", [], options.All, async invocation =>
        {
            using ClusterApi api = options.Connect(invocation.Arguments);
            JsonElement document = await api.ReadDocumentAsync();
            ClusterStatus status = ClusterStatus.Read(document);
            if (invocation.Json)
            {
                JsonOutput.Write(document.WriteTo);
            }
            else
            {
                ClusterOutput.PrintStatus(status);
            }
        });
    }
}
