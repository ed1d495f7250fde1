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
    private static readonly Option<string?> Url = new("--url") { Description = "Address of a server that serves nothing else, without TLS; by default the command starts a node", HelpName = "URL" };
    private static readonly Option<string?> Key = new("--api-key") { Description = "With --url: key of a cluster administrator", HelpName = "KEY" };
    private static readonly Option<string> Store = new("--store") { Description = "Database of the started node: sqlite, or postgres for a server of its own", HelpName = "sqlite|postgres", DefaultValueFactory = static _ => "sqlite" };
    private static readonly Option<int> Minutes = RangedOption.Create("--minutes", "Minutes of the run, in addition to --seconds", 0, 0, 100_000);
    private static readonly Option<int?> Seconds = new("--seconds") { Description = "Seconds of the run; 60 by default, and 0 with --minutes", HelpName = "N" };
    private static readonly Option<int?> Seed = new("--seed") { Description = "Seed of the requests; random and printed by default", HelpName = "N" };
    private static readonly Option<int> Requests = RangedOption.Create("--requests", "Number of requests after which the run ends", int.MaxValue / 2, 1);
    private static readonly Option<int> Streams = RangedOption.Create("--streams", "Requests in flight", 4, 1, 256);
    private static readonly Option<int> AnswerSeconds = RangedOption.Create("--answer-seconds", "Seconds within which each answer must end", 30, 1, 3600);
    private static readonly Option<int> Growth = RangedOption.Create("--memory-growth", "Megabytes by which the resident memory may grow after the first fifth of the run", 128, 1, 1 << 20);

    public static Command Create()
    {
        Store.AcceptOnlyFromAmong("sqlite", "postgres");
        return CommandInvocation.Create(
            "fuzz",
            "Sends valid and invalid requests to all operations of the OpenAPI document, and checks statuses, errors, memory, and that a known request is still answered with the same tokens",
            ModelOptions.CreateCheckpointSettings(),
            [Url, Key, Store, Seconds, Minutes, Seed, Requests, Streams, AnswerSeconds, Growth],
            RunAsync);
    }

    /// <returns>The exit code: failure if an answer broke a rule.</returns>
    private static async Task<int> RunAsync(CommandInvocation invocation)
    {
        using StopSignals stop = new();
        if (invocation.Arguments.GetValue(Url) is { } url)
        {
            string key = invocation.Arguments.GetValue(Key) ?? throw new InferenceException(ErrorCode.InvalidOption, $"{Url.Name} is given without {Key.Name}; expected the key of a cluster administrator.", Key.Name);
            return await RunAsync(invocation, new Uri(url), key, null, stop.Token);
        }

        string folder = Path.Combine(Path.GetTempPath(), $"orleans-inference-fuzz-{Guid.NewGuid():N}");
        try
        {
            await using LocalPostgres? postgres = invocation.Arguments.GetValue(Store) == "postgres" ? await LocalPostgres.StartAsync(folder) : null;
            string adminKey = $"fuzz-{Guid.NewGuid():N}";
            string[] settings = ["--model", invocation.Settings.Bind<CheckpointOptions>().Folder, .. postgres is null ? (string[])[] : ["--postgres", postgres.ConnectionString, "--cluster-id", "fuzz"]];
            await using FuzzedNode node = await FuzzedNode.StartAsync(settings, adminKey, stop.Token);
            return await RunAsync(invocation, node.Url, adminKey, node, stop.Token);
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task<int> RunAsync(CommandInvocation invocation, Uri url, string key, FuzzedNode? node, CancellationToken cancellationToken)
    {
        int minutes = invocation.Arguments.GetValue(Minutes);
        FuzzSettings settings = new()
        {
            Url = url,
            AdminKey = key,
            Seed = invocation.Arguments.GetValue(Seed) ?? Random.Shared.Next(),
            Duration = TimeSpan.FromSeconds(invocation.Arguments.GetValue(Seconds) ?? (minutes == 0 ? 60 : 0)) + TimeSpan.FromMinutes(minutes),
            MaxRequests = invocation.Arguments.GetValue(Requests),
            Streams = invocation.Arguments.GetValue(Streams),
            AnswerTime = TimeSpan.FromSeconds(invocation.Arguments.GetValue(AnswerSeconds)),
            MaxGrowth = invocation.Arguments.GetValue(Growth),
        };
        BenchServeCommand.Say($"Fuzzing {url} for {settings.Duration.TotalSeconds} s, seed {settings.Seed}.");
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
