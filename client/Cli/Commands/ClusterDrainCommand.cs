using OrleansInference.Cli.Cluster;
using OrleansInference.Cli.Output;

namespace OrleansInference.Cli.Commands;

/// <summary><c>cluster drain</c>: drains a node: it hands over its layers and streams, and stops.</summary>
internal static class ClusterDrainCommand
{
    public static Command Create()
    {
        ClusterOptions options = new();
        Argument<string> node = new("node") { Description = "Name of the node" };
        Option<bool> leave = new("--no-wait") { Description = "Do not wait until the node has stopped" };
        Option<int> seconds = RangedOption.Create("--timeout", "Seconds to wait until the node has stopped", 120, 1, 86_400);
        return CommandInvocation.Create("drain", "Drains a node: it hands over its layers and streams, and stops", new SettingSet(), [node, .. options.All, leave, seconds], async invocation =>
        {
            string name = invocation.Arguments.GetValue(node)!;
            TimeSpan? limit = invocation.Arguments.GetValue(leave) ? null : TimeSpan.FromSeconds(invocation.Arguments.GetValue(seconds));
            NodeDeparture departure = new(options.Url(invocation.Arguments), options.Key(invocation.Arguments), Console.Error.WriteLine);
            await departure.RunAsync(name, limit);
            string status = limit is null ? "draining" : "gone";
            if (invocation.Json)
            {
                JsonOutput.Write(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("node", name);
                    writer.WriteString("status", status);
                    writer.WriteEndObject();
                });
            }
            else
            {
                Console.Out.WriteLine($"Node {name} is {status}.");
            }
        });
    }
}
