using OrleansInference.Cli.Administration;
using OrleansInference.Cli.Cluster;

namespace OrleansInference.Bench.Chaos;

/// <summary>Monitors the nodes of a cluster, and sums the counters of its routers and devices.</summary>
internal sealed class ClusterWatch : IDisposable
{
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    private readonly ClusterApi[] _nodes;
    private readonly int _stages;
    private readonly int _pipelines;
    private readonly Dictionary<int, RouterStatus> _routers = []; // last reports, by activation
    private readonly Dictionary<int, double> _replaying = []; // milliseconds in the last reports, by device
    private readonly Dictionary<int, long> _corrupted = []; // pages in the last reports, by device

    /// <param name="urls">Addresses of all nodes.</param>
    /// <param name="stages">Number of stages of a whole cluster, over all pipelines.</param>
    /// <param name="pipelines">Number of pipelines of the cluster.</param>
    /// <param name="key">Key of an administrator; that of the environment by default.</param>
    public ClusterWatch(IReadOnlyList<string> urls, int stages, int pipelines, string? key = null)
    {
        key ??= Environment.GetEnvironmentVariable(AdminApi.KeyVariable);
        _nodes = [.. urls.Select(url => new ClusterApi(new Uri(url), key))];
        _stages = stages;
        _pipelines = pipelines;
    }

    /// <summary>Number of losses that ended with a plan in force.</summary>
    public long Recoveries => _routers.Values.Sum(static router => router.Recoveries);

    /// <summary>Restored sequences by recovery strategy.</summary>
    public RecoveredStatus Recovered => new(
        _routers.Values.Sum(static router => router.Recovered.Journal),
        _routers.Values.Sum(static router => router.Recovered.Prefix),
        _routers.Values.Sum(static router => router.Recovered.Full));

    /// <summary>Time of the recoveries by part; null if no router has reported it.</summary>
    public RecoveryParts? Parts => _routers.Values.Select(static router => router.RecoveryMilliseconds).OfType<RecoveryParts>().ToArray() is { Length: > 0 } parts
        ? new RecoveryParts(parts.Sum(static part => part.Plan), parts.Sum(static part => part.Load), parts.Sum(static part => part.Replay), parts.Sum(static part => part.InlineRecompute))
        : null;

    /// <summary>Number of cached pages that were recomputed and compared.</summary>
    public long VerifiedPages => _routers.Values.Sum(static router => router.VerifiedPages);

    /// <summary>Number of pages that were dropped because a stage did not prove them.</summary>
    public long UnprovenPages => _routers.Values.Sum(static router => router.UnprovenPages);

    /// <summary>Number of pages whose content devices found corrupted.</summary>
    public long CorruptedPages => _corrupted.Values.Sum();

    /// <summary>Recomputation so far.</summary>
    public ReplayedSoFar Replayed => new(new Dictionary<int, double>(_replaying), Parts?.InlineRecompute ?? 0);

    /// <summary>
    /// Milliseconds of recomputing lost pages since an earlier moment: on the device that replayed the most, plus those of the largest stage within steps. No
    /// recovery is faster than that.
    /// </summary>
    public double ReplayingSince(ReplayedSoFar then) =>
        _replaying.Select(pair => pair.Value - then.Devices.GetValueOrDefault(pair.Key)).DefaultIfEmpty().Max() + Math.Max(0, (Parts?.InlineRecompute ?? 0) - then.InlineRecompute);

    /// <summary>Waits until every node answers, all nodes are in the plan, and one process is gone.</summary>
    /// <param name="gone">Process id that must be gone; 0 for none.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the cluster does not become whole in time; the message describes its state.</exception>
    public async Task<ClusterStatus> UntilWholeAsync(int gone, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            ClusterStatus[] views = await AskAsync();
            if (views.Length == _nodes.Length && Array.TrueForAll(views, view => IsWhole(view, gone) && Epochs(view).SequenceEqual(Epochs(views[0]))))
            {
                return views[0];
            }

            if (Stopwatch.GetElapsedTime(start) > Timeout)
            {
                string last = views.Length == 0 ? "no node answers" : string.Join("; ", views.Select(static view => $"{view.Answered} reports {string.Join(", ", view.Pipelines)}"));
                throw new InferenceException(ErrorCode.Unavailable, $"The cluster was not whole again after {Timeout.TotalSeconds} s: {last}.");
            }

            await Task.Delay(AskInterval, cancellationToken);
        }
    }

    /// <summary>Asks all nodes once for the status.</summary>
    /// <returns>The status of each node that answers.</returns>
    public async Task<ClusterStatus[]> AskAsync()
    {
        ClusterStatus?[] answers = await Task.WhenAll(_nodes.Select(AskAsync));
        ClusterStatus[] views = [.. answers.OfType<ClusterStatus>()];
        foreach (RouterStatus router in views.SelectMany(static view => view.Pipelines))
        {
            // Nodes have reports of different age: the one with the highest counts of a router is the latest.
            RouterStatus known = _routers.GetValueOrDefault(router.Activation, router);
            _routers[router.Activation] = (router.Recoveries >= known.Recoveries ? router : known) with
            {
                VerifiedPages = Math.Max(router.VerifiedPages, known.VerifiedPages),
                UnprovenPages = Math.Max(router.UnprovenPages, known.UnprovenPages),
            };
        }

        foreach (DeviceStatus device in views.SelectMany(static view => view.Nodes).SelectMany(static node => node.Devices))
        {
            _replaying[device.Number] = Math.Max(_replaying.GetValueOrDefault(device.Number), device.ReplayingMilliseconds);
            _corrupted[device.Number] = Math.Max(_corrupted.GetValueOrDefault(device.Number), device.CorruptedPages);
        }

        return views;
    }

    public void Dispose() => Array.ForEach(_nodes, static node => node.Dispose());

    private static async Task<ClusterStatus?> AskAsync(ClusterApi node)
    {
        try
        {
            return await node.ReadAsync();
        }
        catch (InferenceException)
        {
            // The node is dead or starting, or its directory is dead: the caller asks again.
            return null;
        }
    }

    private static IEnumerable<long> Epochs(ClusterStatus view) => view.Pipelines.Select(static router => router.Epoch);

    private bool IsWhole(ClusterStatus view, int gone) =>
        view.Serves && view.Pipelines.Count == _pipelines && view.Pipelines.Sum(static router => router.Stages.Count) == _stages && view.Nodes.Count == _nodes.Length
        && view.Nodes.All(node => !node.Draining && node.Process != gone && node.Url.Length > 0);

    /// <param name="Devices">Milliseconds of replay for each device.</param>
    /// <param name="InlineRecompute">Milliseconds of the largest stage in steps with lost pages.</param>
    internal sealed record ReplayedSoFar(IReadOnlyDictionary<int, double> Devices, double InlineRecompute);
}
