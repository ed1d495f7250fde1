using OrleansInference.Bench.Stores;
using OrleansInference.Cli.Commands;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Programs;
using OrleansInference.Settings;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench stores</c>: measures what many tenants and stored conversations cost the first token of a request.</summary>
internal static class BenchStoresCommand
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        Option<int> tenants = RangedOption.Create("--tenants", "Tenants of the large store, each with a key", 100_000, 1, 10_000_000);
        Option<int> conversations = RangedOption.Create("--conversations", "Stored conversations of the large store, each with two turns", 1_000_000, 1, 100_000_000);
        Option<int> requests = RangedOption.Create("--requests", "Requests of each kind to each node", 200, 1, 100_000);
        return CommandInvocation.Create(
            "stores",
            "Compares the first tokens, the start and the memory of a node on a database with many tenants and conversations with those of a node on an almost empty one",
            ModelOptions.CreateCheckpointSettings(),
            [tenants, conversations, requests],
            async invocation =>
            {
                using StopSignals stop = new();
                ParseResult given = invocation.Arguments;
                StoresSettings settings = new(invocation.Settings.Bind<CheckpointOptions>().Folder, given.GetValue(tenants), given.GetValue(conversations), given.GetValue(requests));
                StoresFigures figures = await StoresBenchmark.RunAsync(settings, BenchServeCommand.Say, stop.Token);
                invocation.Print(() => JsonSerializer.SerializeToNode(figures, Format)!, () => PrintText(figures));
            });
    }

    private static void PrintText(StoresFigures figures)
    {
        Print($"{figures.Tenants} tenants and {figures.Conversations} conversations; {figures.Requests} requests of each kind to each node.");
        PrintTimes("chat with a key", figures.Chat);
        PrintTimes("response that continues a conversation", figures.Continued);
        Print($"Start of the node: {figures.SmallStartSeconds:0.0} s on the small store, {figures.LargeStartSeconds:0.0} s on the large one; memory {figures.SmallMegabytes:0} MB and {figures.LargeMegabytes:0} MB.");
    }

    private static void PrintTimes(string what, FirstTokenFigures figures) => Print(
        $"First token of a {what}: p50 {figures.Small.P50:0.0} ms on the small store, {figures.Large.P50:0.0} ms on the large one, a difference of {figures.Difference:0.00} ms; p99 {figures.Small.P99:0.0} ms and {figures.Large.P99:0.0} ms.");

    private static void Print(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
