using System.Text.Json.Serialization.Metadata;
using OrleansInference.Cluster.Programs;
using OrleansInference.Compute.Measurement;

namespace OrleansInference.Bench.Cluster;

/// <summary><c>bench cluster</c>: measures the costs of a cluster compared with one process.</summary>
internal static class ClusterBenchmark
{
    /// <param name="options">Settings of the measurements.</param>
    /// <param name="json">Whether to print each figure as a line of JSON.</param>
    /// <returns><see cref="ExitCode.Success"/>, or <see cref="ExitCode.Interrupted"/>.</returns>
    /// <exception cref="InferenceException">PostgreSQL is not installed.</exception>
    public static async Task<int> RunAsync(ClusterBenchmarkSettings options, bool json)
    {
        using StopSignals stop = new();
        try
        {
            await RunAsync(options, json, stop.Token);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    private static async Task RunAsync(ClusterBenchmarkSettings options, bool json, CancellationToken cancellationToken)
    {
        if (options.Only is null or "hops")
        {
            foreach (bool linked in (bool[])[false, true])
            {
                Console.Error.WriteLine($"Hops {(linked ? "over links" : "by grain calls")}; load average {Load()}");
                await HopBenchmark.RunAsync(linked, figures => Print(figures with { Way = linked ? "link" : "call" }, json), cancellationToken);
            }
        }

        if (options.Only is null or "sessions")
        {
            Print(await SessionBenchmark.RunAsync(options, cancellationToken), json);
        }

        if (options.Only is null or "storage")
        {
            Print(await StorageBenchmark.RunAsync(options.Rounds, cancellationToken), json);
        }

        if (options.Only is null or "directory")
        {
            Console.Error.WriteLine($"The directory with {options.Nodes} nodes; load average {Load()}");
            await DirectoryBenchmark.RunAsync(options, figures => Print(figures, json), cancellationToken);
        }

        if (options.Only is null or "streams")
        {
            await using StreamBenchmark streams = new(options);
            await streams.RunAsync(figures => Print(figures, json), static line => Console.Error.WriteLine($"{line}; load average {Load()}"), cancellationToken);
        }
    }

    private static void Print(HopFigures figures, bool json) => Print(
        figures,
        BenchmarkJson.Default.HopFigures,
        $"{figures.Way} of {figures.Bytes / 1024,4} KiB, {(figures.PauseMs == 0 ? "no pause" : $"{figures.PauseMs} ms apart"),-9}  p50 {figures.P50,7:F1} µs  p99 {figures.P99,7:F1} µs  {figures.AllocatedBytes,8} bytes allocated",
        json);

    private static void Print(ClusterFigures figures, bool json) => Print(
        figures,
        BenchmarkJson.Default.ClusterFigures,
        $"{figures.Streams} streams: {Range(figures.TwoProcesses)} tokens/s in two processes, {Range(figures.OneProcess)} in one: {figures.Share:P1}; load average {Load()}",
        json);

    private static void Print(SessionFigures figures, bool json) => Print(
        figures,
        BenchmarkJson.Default.SessionFigures,
        $"{figures.Sessions} sessions: {figures.GrainBytes} bytes each when idle, {figures.MachineBytes} more with their tokens in memory; a stream's tokens/s {Range(figures.RatesBefore)} before, {Range(figures.RatesBeside)} beside them; load average {Load()}",
        json);

    private static void Print(StorageFigures figures, bool json) => Print(
        figures,
        BenchmarkJson.Default.StorageFigures,
        $"{figures.Sessions} sessions that grow to {figures.Tokens} tokens: {Range(figures.TokensPerSecond)} tokens/s durable, {Range(figures.LogBytesPerToken)} bytes of write-ahead log each; load average {Load()}",
        json);

    private static void Print(DirectoryFigures figures, bool json) => Print(
        figures,
        BenchmarkJson.Default.DirectoryFigures,
        $"{figures.Nodes} nodes, {figures.Fleet}: {figures.AnnouncementsPerSecond:F0} announcements/s answered, {figures.BytesPerSecond / 1e6:F2} MB/s in all, {figures.DirectoryCores:P1} of a core for the directory{(figures.JoinDelayP50 is { } half ? string.Create(CultureInfo.InvariantCulture, $"; nodes know of one that joined after {half:F0} ms, 99 of 100 after {figures.JoinDelayP99:F0} ms") : string.Empty)}; load average {Load()}",
        json);

    private static void Print<T>(T figures, JsonTypeInfo<T> type, FormattableString text, bool json) =>
        Console.Out.WriteLine(json ? JsonSerializer.Serialize(figures, type) : text.ToString(CultureInfo.InvariantCulture));

    private static string Range(double[] rates) =>
        string.Create(CultureInfo.InvariantCulture, $"{Median.Of(rates):F1} ({rates.Min():F1} to {rates.Max():F1})");

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}

/// <summary>Settings of <c>bench cluster</c>.</summary>
/// <param name="Model">Folder of the checkpoint.</param>
/// <param name="Only">The part to measure alone; null for all.</param>
/// <param name="Streams">Numbers of streams, each measured separately.</param>
/// <param name="Generate">Tokens of each stream in a round.</param>
/// <param name="Rounds">Rounds of each measurement.</param>
/// <param name="Threads">Worker threads of each stage.</param>
/// <param name="Links">Whether the nodes have links, or grain calls alone.</param>
/// <param name="Sessions">Number of idle sessions.</param>
/// <param name="Nodes">Number of simulated nodes that announce themselves to the directory.</param>
internal sealed record ClusterBenchmarkSettings(
    string Model, string? Only, IReadOnlyList<int> Streams, int Generate, int Rounds, int Threads, bool Links, int Sessions, int Nodes);
