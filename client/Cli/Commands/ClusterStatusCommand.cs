using System.Text.Json;
using OrleansInference.Cli.Cluster;
using OrleansInference.Cli.Output;

namespace OrleansInference.Cli.Commands;

/// <summary><c>cluster status</c>: shows the nodes of a cluster, its routers and their recoveries.</summary>
internal static class ClusterStatusCommand
{
    public static Command Create()
    {
        ClusterOptions options = new();
        return CommandInvocation.Create("status", "Shows the nodes of a cluster, its routers and their recoveries", new SettingSet(), options.All, async invocation =>
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
