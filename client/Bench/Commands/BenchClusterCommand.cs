using OrleansInference.Bench.Cluster;
using OrleansInference.Cli.Commands;
using OrleansInference.Cli.Settings;
using OrleansInference.Settings;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench cluster</c>: measures the costs of a cluster.</summary>
internal static class BenchClusterCommand
{
    private static readonly string[] Parts = ["hops", "sessions", "storage", "directory", "streams"];

    public static Command Create()
    {
        Option<string?> only = new("--only") { Description = "Measure only this part", HelpName = string.Join('|', Parts) };
        only.AcceptOnlyFromAmong(Parts);
        Option<IReadOnlyList<int>> streams = RangedOption.Create<IReadOnlyList<int>>("--streams", "Numbers of streams, each measured separately; 1,8 by default", "N,…", Values.List(Values.Integer(1, 64)), [1, 8]);
        Option<int> generate = RangedOption.Create("--generate", "Tokens of each stream in a round", 128, 2, 4096);
        Option<int> rounds = RangedOption.Create("--rounds", "Rounds of each measurement", 5, 1, 1000);
        Option<int> threads = RangedOption.Create("--threads", "Worker threads of each stage", 1, 1, 1024);
        Option<string> links = new("--links") { Description = "Links between nodes: on, or off for grain calls only", HelpName = "on|off", DefaultValueFactory = static _ => "on" };
        links.AcceptOnlyFromAmong("on", "off");
        Option<int> sessions = RangedOption.Create("--sessions", "Idle sessions", 10_000, 1, 1_000_000);
        Option<int> nodes = RangedOption.Create("--nodes", "Simulated nodes that announce themselves to the directory", 1000, 1, 10_000);
        return CommandInvocation.Create(
            "cluster",
            "Measures hops between nodes, two stages in two processes compared with one, idle sessions, durable sessions, and the directory of many nodes",
            ModelOptions.CreateCheckpointSettings(),
            [only, streams, generate, rounds, threads, links, sessions, nodes],
            invocation =>
            {
                ParseResult given = invocation.Arguments;
                ClusterBenchmarkSettings settings = new(
                    invocation.Settings.Bind<CheckpointOptions>().Folder,
                    given.GetValue(only),
                    given.GetValue(streams)!,
                    given.GetValue(generate),
                    given.GetValue(rounds),
                    given.GetValue(threads),
                    given.GetValue(links) == "on",
                    given.GetValue(sessions),
                    given.GetValue(nodes));
                return ClusterBenchmark.RunAsync(settings, invocation.Json);
            });
    }
}
