using System.CommandLine;
using System.Globalization;
using OrleansInference.Bench.Cluster;
using OrleansInference.Cli.Commands;
using OrleansInference.Cli.Settings;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench cluster</c>: measures what the cluster costs around the model.</summary>
internal static class BenchClusterCommand
{
    private static readonly string[] Parts = ["hops", "sessions", "storage", "directory", "streams"];

    public static Command Create()
    {
        Option<string?> only = new("--only") { Description = "The part to measure alone", HelpName = string.Join('|', Parts) };
        only.AcceptOnlyFromAmong(Parts);
        Option<string> streams = new("--streams") { Description = "Numbers of streams, each measured for itself; 1,8 by default", HelpName = "N,…", DefaultValueFactory = static _ => "1,8" };
        streams.Validators.Add(result =>
        {
            string given = result.GetValueOrDefault<string>() ?? string.Empty;
            if (!Counts(given).All(static count => count is > 0 and <= 64))
            {
                result.AddError($"--streams: '{given}' was given, expected numbers from 1 to 64, as in 1,8.");
            }
        });
        Option<int> generate = RangedOption.Create("--generate", "Tokens of each stream in a round", 128, 2, 4096);
        Option<int> rounds = RangedOption.Create("--rounds", "Rounds of each measurement", 5, 1, 1000);
        Option<int> threads = RangedOption.Create("--threads", "Worker threads of each stage", 1, 1, 1024);
        Option<string> links = new("--links") { Description = "Whether the nodes have links, or grain calls alone; on by default", HelpName = "on|off", DefaultValueFactory = static _ => "on" };
        links.AcceptOnlyFromAmong("on", "off");
        Option<int> sessions = RangedOption.Create("--sessions", "Idle sessions", 10_000, 1, 1_000_000);
        Option<int> nodes = RangedOption.Create("--nodes", "Simulated nodes that announce themselves to the directory", 1000, 1, 10_000);
        return CommandInvocation.Create(
            "cluster",
            "Measures hops between nodes, two stages in two processes compared with one, idle sessions, durable sessions, and the directory of many nodes",
            [ModelOptions.ModelSetting],
            [only, streams, generate, rounds, threads, links, sessions, nodes],
            invocation =>
            {
                ParseResult given = invocation.Arguments;
                ClusterBenchmarkSettings settings = new(
                    ModelLocator.Find(invocation.Settings.Text(ModelOptions.ModelSetting)),
                    given.GetValue(only),
                    Counts(given.GetValue(streams)!),
                    given.GetValue(generate),
                    given.GetValue(rounds),
                    given.GetValue(threads),
                    given.GetValue(links) == "on",
                    given.GetValue(sessions),
                    given.GetValue(nodes));
                return ClusterBenchmark.RunAsync(settings, invocation.Json);
            });
    }

    /// <summary>The numbers of a list; 0 stands for what is none.</summary>
    private static int[] Counts(string list) =>
        [.. list.Split(',').Select(static text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 0)];
}
