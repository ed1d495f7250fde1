using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Cli.Cluster;

namespace OrleansInference.Cli.Commands;

/// <summary>Commands that show and administer a cluster.</summary>
internal static class ClusterCommands
{
    /// <summary><c>cluster status</c>: shows the nodes of a cluster, its routers and their recoveries.</summary>
    public static Command CreateStatus()
    {
        NodeAddressOptions options = new();
        return CommandInvocation.Create("status", "Shows the nodes of a cluster, its routers and their recoveries", new SettingSet(), options.All, async invocation =>
        {
            using ClusterApi api = options.ConnectCluster(invocation.Arguments);
            JsonElement document = await api.ReadDocumentAsync();
            ClusterStatus status = ClusterStatus.Read(document);
            invocation.Print(() => JsonObject.Create(document)!, () => ClusterOutput.PrintStatus(status));
        });
    }

    /// <summary><c>cluster plan</c>: shows which layers run on which device, in the order of a step.</summary>
    public static Command CreatePlan()
    {
        NodeAddressOptions options = new();
        return CommandInvocation.Create("plan", "Shows which layers run on which device", new SettingSet(), options.All, async invocation =>
        {
            using ClusterApi api = options.ConnectCluster(invocation.Arguments);
            ClusterStatus status = await api.ReadAsync();
            invocation.Print(() => ClusterOutput.DescribePlan(status), () => ClusterOutput.PrintPlan(status));
        });
    }

    /// <summary><c>cluster drain</c>: drains a node: it hands over its layers and streams, and stops.</summary>
    public static Command CreateDrain()
    {
        NodeAddressOptions options = new();
        Argument<string> node = new("node") { Description = "Name of the node" };
        Option<bool> leave = new("--no-wait") { Description = "Do not wait until the node has stopped" };
        Option<int> seconds = RangedOption.Create("--timeout", "Seconds to wait until the node has stopped", 120, 1, 86_400);
        return CommandInvocation.Create("drain", "Drains a node: it hands over its layers and streams, and stops", new SettingSet(), [node, .. options.All, leave, seconds], async invocation =>
        {
            string name = invocation.Arguments.GetValue(node)!;
            TimeSpan? limit = invocation.Arguments.GetValue(leave) ? null : TimeSpan.FromSeconds(invocation.Arguments.GetValue(seconds));
            NodeDeparture departure = new(options.Url(invocation.Arguments), options.Key(invocation.Arguments), options.Connection(invocation.Arguments), Console.Error.WriteLine);
            await departure.RunAsync(name, limit);
            string status = limit is null ? "draining" : "gone";
            invocation.Print(() => new JsonObject { ["node"] = name, ["status"] = status }, () => Console.Out.WriteLine($"Node {name} is {status}."));
        });
    }
}
