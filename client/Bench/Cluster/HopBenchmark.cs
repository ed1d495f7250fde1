using OrleansInference.Cluster.Programs;

namespace OrleansInference.Bench.Cluster;

/// <summary>Benchmark of hops between two silos without other work.</summary>
internal static class HopBenchmark
{
    private static readonly int[] Sizes = [4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20];
    private static readonly (int Pause, int Hops)[] Paces = [(0, 4000), (5, 400)];

    /// <param name="linked">Whether to use links, or grain calls alone.</param>
    /// <param name="measured">Receives the figures of each size.</param>
    /// <param name="cancellationToken">Cancels the benchmark.</param>
    public static async Task RunAsync(bool linked, Action<HopFigures> measured, CancellationToken cancellationToken)
    {
        int[] ports = FreePorts.Find(2);
        IEnumerable<int> work = Paces.SelectMany(pace => Sizes.SelectMany(size => new[] { size, pace.Pause, Math.Min(pace.Hops, (1 << 30) / size) }));
        int way = linked ? 1 : 0;
        using Process echo = Start([ports[0], ports[1], ports[0], way]);
        using Process ping = Start([ports[1], ports[0], ports[0], way, .. work]);
        try
        {
            await echo.StandardInput.WriteLineAsync(await ping.StandardOutput.ReadLineAsync(cancellationToken));
            await ping.StandardInput.WriteLineAsync(await echo.StandardOutput.ReadLineAsync(cancellationToken));
            while (await ping.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                measured(JsonSerializer.Deserialize(line, BenchmarkJson.Default.HopFigures)!);
            }
        }
        finally
        {
            echo.Kill();
            ping.Kill();
        }
    }

    private static Process Start(IEnumerable<int> arguments) => ChildProcess.Start([HopNode.Command, .. arguments.Select(static argument => argument.ToString(CultureInfo.InvariantCulture))]);
}
