using System.Collections.Concurrent;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Orleans.Serialization;
using OrleansInference.Bench.Load;
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

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30); // until the code is compiled for good
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(20);

    /// <param name="options">Settings with the model and the number of nodes.</param>
    /// <param name="measured">Receives the figures of each fleet.</param>
    /// <param name="cancellationToken">Cancels the benchmark.</param>
    public static async Task RunAsync(ClusterBenchmarkSettings options, Action<DirectoryFigures> measured, CancellationToken cancellationToken)
    {
        string model = Path.GetFullPath(options.Model);
        int[] ports = FreePorts.Find(2);
        using OrleansBytes bytes = new();
        using Process directory = ChildProcess.Start(DirectoryNode.Command, $"{ports[0]}", $"{options.Nodes}", model);
        try
        {
            await directory.StandardOutput.ReadLineAsync(cancellationToken);
            await using DirectoryNode node = await DirectoryNode.StartAsync(ports[1], ports[0], options.Nodes, model);
            using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await PlaceRouterAsync(node.Services);
            await directory.StandardInput.WriteLineAsync();
            await directory.StandardOutput.ReadLineAsync(cancellationToken);
            SimulatedFleet fleet = SimulatedFleet.Start(node.Services, options.Nodes, stopping.Token);
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

    /// <summary>The router is to be here before there is a directory that looks for it, so that its work is not taken for the directory's.</summary>
    private static async Task PlaceRouterAsync(IServiceProvider services)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, services.GetRequiredService<ILocalSiloDetails>().SiloAddress);
        await services.GetRequiredService<IGrainFactory>().GetGrain<IRouterGrain>(0).Members(ClusterView.Empty);
        RequestContext.Clear();
    }

    private static async Task<DirectoryFigures> MeasureAsync(
        string name, SimulatedFleet fleet, Process directory, OrleansBytes bytes, Action? eachSecond, CancellationToken cancellationToken)
    {
        directory.Refresh();
        fleet.Delays.Take();
        (long sent, long answered, TimeSpan time, int nodes) = (bytes.Total + fleet.PassedOn, fleet.Answered, directory.TotalProcessorTime, fleet.Count);
        long begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < Measured)
        {
            eachSecond?.Invoke();
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }

        directory.Refresh();
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        double[] delays = fleet.Delays.Take();
        return new DirectoryFigures(
            nodes, name, Math.Round((fleet.Answered - answered) / seconds), Math.Round((bytes.Total + fleet.PassedOn - sent) / seconds),
            Math.Round((directory.TotalProcessorTime - time).TotalSeconds / seconds, 4),
            Percentile.Of(delays, 50), Percentile.Of(delays, 99));
    }

    /// <summary>Simulated nodes.</summary>
    private sealed class SimulatedFleet(IDirectoryGrain directory, SiloAddress silo, ClusterConfig terms, Serializer serializer, CancellationToken stopping)
    {
        private const int HeaderBytes = 160; // about those of a message between silos

        private readonly Random _random = new(1);
        private readonly List<SimulatedAnnouncer> _nodes = [];
        private readonly ConcurrentDictionary<int, SimulatedAnnouncer> _byGateway = new();
        private long _passedOn;

        public int Count => _nodes.Count;

        public long Answered => _nodes.Sum(static node => node.Answered);

        public JoinDelays Delays { get; } = new();

        /// <summary>Bytes of the updates that nodes forwarded. All nodes are in this process, so no message is sent for them.</summary>
        public long PassedOn => Interlocked.Read(ref _passedOn);

        public static SimulatedFleet Start(IServiceProvider services, int nodes, CancellationToken stopping)
        {
            InferenceNode inner = services.GetRequiredService<InferenceNode>();
            SimulatedFleet fleet = new(
                services.GetRequiredService<IGrainFactory>().GetGrain<IDirectoryGrain>(0), services.GetRequiredService<ILocalSiloDetails>().SiloAddress, inner.Setup.Terms,
                services.GetRequiredService<Serializer>(), stopping);
            inner.ViewChanged = fleet.OnViewChanged;
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

        private void OnViewChanged(int gateway, Guid directory, long version, ViewUpdate? update)
        {
            if (update?.Others is { } others)
            {
                Interlocked.Add(ref _passedOn, others.Length * (HeaderBytes + serializer.SerializeToArray(update with { Others = null }).LongLength));
            }

            _byGateway.GetValueOrDefault(gateway)?.OnViewChanged(directory, version, update);
        }

        private void Join()
        {
            SimulatedAnnouncer node = new(directory, Delays, silo, terms, _nodes.Count + 1);
            _nodes.Add(node);
            _byGateway[node.Gateway] = node;
            Delays.Begin(node);
            node.RunAsync(stopping).Ignore();
        }
    }
}
