using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using OrleansInference.Cluster.Programs;
using OrleansInference.Grains;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Nodes;

namespace OrleansInference.Bench.Cluster;

/// <summary>
/// Benchmark of the directory in a process of its own. This process has the simulated nodes, each on connections of its own, and the router. The processor time
/// of the other process is thus the directory's.
/// </summary>
internal static class DirectoryBenchmark
{
    private const int ChangesPerSecond = 10;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(20);

    /// <param name="options">Settings with the model and the number of nodes.</param>
    /// <param name="measured">Receives the figures of each fleet.</param>
    /// <param name="cancellationToken">Cancels the benchmark.</param>
    public static async Task RunAsync(ClusterBenchmarkSettings options, Action<DirectoryFigures> measured, CancellationToken cancellationToken)
    {
        string model = Path.GetFullPath(options.Model);
        int[] ports = FreePorts.Find(2);
        using OrleansBytes bytes = new();
        using Process directory = Start(ports[0], options.Nodes, model);
        try
        {
            await directory.StandardOutput.ReadLineAsync(cancellationToken);
            await using DirectoryNode node = await DirectoryNode.StartAsync(ports[1], ports[0], options.Nodes, model);
            using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            SimulatedFleet fleet = await SimulatedFleet.StartAsync(node.Services, options.Nodes, stopping.Token);
            await Task.Delay(WarmUp, cancellationToken);
            measured(await MeasureAsync("steady", fleet, directory, bytes, null, cancellationToken));
            measured(await MeasureAsync("changing", fleet, directory, bytes, fleet.Change, cancellationToken));
            await stopping.CancelAsync();
        }
        finally
        {
            directory.Kill();
        }
    }

    private static async Task<DirectoryFigures> MeasureAsync(
        string name, SimulatedFleet fleet, Process directory, OrleansBytes bytes, Action? eachSecond, CancellationToken cancellationToken)
    {
        directory.Refresh();
        (long sent, long answered, TimeSpan time, int nodes) = (bytes.Total, fleet.Answered, directory.TotalProcessorTime, fleet.Count);
        long begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < Measured)
        {
            eachSecond?.Invoke();
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }

        directory.Refresh();
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return new DirectoryFigures(
            nodes, name, Math.Round((fleet.Answered - answered) / seconds), Math.Round((bytes.Total - sent) / seconds), Math.Round((directory.TotalProcessorTime - time).TotalSeconds / seconds, 4));
    }

    private static Process Start(int port, int connections, string model)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (string argument in (string[])
            [typeof(DirectoryBenchmark).Assembly.Location, "bench", DirectoryNode.Command, port.ToString(CultureInfo.InvariantCulture), connections.ToString(CultureInfo.InvariantCulture), model])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <summary>Simulated nodes.</summary>
    private sealed class SimulatedFleet(IDirectoryGrain directory, SiloAddress silo, ClusterConfig terms, CancellationToken stopping)
    {
        private readonly Random _random = new(1);
        private readonly List<SimulatedAnnouncer> _nodes = [];
        private readonly ConcurrentDictionary<int, SimulatedAnnouncer> _byGateway = new();

        public int Count => _nodes.Count;

        public long Answered => _nodes.Sum(static node => node.Answered);

        public static async Task<SimulatedFleet> StartAsync(IServiceProvider services, int nodes, CancellationToken stopping)
        {
            IGrainFactory grains = services.GetRequiredService<IGrainFactory>();
            SiloAddress silo = services.GetRequiredService<ILocalSiloDetails>().SiloAddress;

            // The router must be active here, so that its work does not count as the directory's.
            RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
            await grains.GetGrain<IRouterGrain>(0).Members(ClusterView.Empty);
            RequestContext.Clear();
            InferenceNode inner = services.GetRequiredService<InferenceNode>();
            SimulatedFleet fleet = new(grains.GetGrain<IDirectoryGrain>(0), silo, inner.Setup.Terms, stopping);
            inner.ViewChanged = (gateway, directory, version) => fleet._byGateway.GetValueOrDefault(gateway)?.OnViewChanged(directory, version);
            for (int i = 0; i < nodes; i++)
            {
                fleet.Join();
            }

            return fleet;
        }

        /// <summary>Makes the changes of one second: a node joins, and some others start or end a drain, or change their rate.</summary>
        public void Change()
        {
            Join();
            for (int i = 0; i < ChangesPerSecond; i++)
            {
                _nodes[_random.Next(_nodes.Count)].Change();
            }
        }

        private void Join()
        {
            SimulatedAnnouncer node = new(directory, silo, terms, _nodes.Count + 1);
            _nodes.Add(node);
            _byGateway[node.Gateway] = node;
            node.RunAsync(stopping).Ignore();
        }
    }
}
