using OrleansInference.Silo.LocalCluster;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Bench.Cluster;

/// <summary>
/// Benchmark of two stages in two node processes, compared with the same two stages in one: two devices with equal threads, and the same actors, messages and
/// PostgreSQL. The only difference is the communication between processes. Both clusters run all the time, and are measured alternately.
/// </summary>
internal sealed class StreamBenchmark(ClusterBenchmarkSettings options) : IAsyncDisposable
{
    private const int Stages = 2;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"oi-{Guid.NewGuid():N}"[..14]);
    private readonly List<NodeProcess> _nodes = [];
    private readonly StreamLoad _load = new();
    private LocalPostgres? _postgres;
    private Dictionary<string, string> _secrets = [];

    /// <param name="measured">Receives the figures of each number of streams.</param>
    /// <param name="say">Receives the progress.</param>
    /// <param name="cancellationToken">Cancels the benchmark.</param>
    public async Task RunAsync(Action<ClusterFigures> measured, Action<string> say, CancellationToken cancellationToken)
    {
        _postgres = await LocalPostgres.StartAsync(_folder);
        _secrets = LocalNodes.Secrets(new NodeOptions(), _postgres.ConnectionString);
        string one = await StartAsync("one", 1, cancellationToken);
        string two = await StartAsync("two", Stages, cancellationToken);
        say($"Two processes: {await DescribeAsync(two, cancellationToken)}; one process: {await DescribeAsync(one, cancellationToken)}");
        foreach (int streams in options.Streams)
        {
            measured(await MeasureAsync(streams, two, one, say, cancellationToken));
        }
    }

    private async Task<ClusterFigures> MeasureAsync(int streams, string two, string one, Action<string> say, CancellationToken cancellationToken)
    {
        string model = ServedModels.NameOf(options.Model);
        List<double> inTwo = [];
        List<double> inOne = [];
        for (int round = -1; inTwo.Count < options.Rounds || inOne.Count < options.Rounds; round++)
        {
            foreach (bool first in (bool[])[true, false])
            {
                bool isOne = first == (round % 2 == 0);
                string url = isOne ? one : two;
                long before = await UntilServedAsync(url, cancellationToken);
                double rate = await _load.MeasureAsync(url, model, streams, options.Generate, cancellationToken);
                if (await UntilServedAsync(url, cancellationToken) != before)
                {
                    say($"The plan of {(isOne ? "one process" : "two processes")} changed meanwhile: an overloaded machine makes nodes appear lost. The round does not count.");
                }
                else if (round >= 0)
                {
                    (isOne ? inOne : inTwo).Add(rate);
                }
            }
        }

        return new ClusterFigures(streams, [.. inTwo], [.. inOne]);
    }

    public async ValueTask DisposeAsync()
    {
        _nodes.ForEach(static node => node.Stop(ProcessSignal.Kill));
        await Task.WhenAll(_nodes.Select(static node => node.Ended));
        _load.Dispose();
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Starts a cluster and waits until both stages serve.</summary>
    private async Task<string> StartAsync(string cluster, int nodes, CancellationToken cancellationToken)
    {
        List<NodeProcess> started = [];
        for (int i = 0; i < nodes; i++)
        {
            started.Add(new NodeProcess($"{cluster}-{i + 1}", Arguments(cluster, i + 1, Stages / nodes), variables: _secrets));
            _nodes.Add(started[i]);
        }

        string[] urls = await Task.WhenAll(started.Select(node => node.Url.WaitAsync(cancellationToken)));
        await UntilServedAsync(urls[0], cancellationToken);
        return urls[0];
    }

    /// <summary>Waits for a plan with both stages.</summary>
    /// <returns>Its epoch.</returns>
    private async Task<long> UntilServedAsync(string url, CancellationToken cancellationToken)
    {
        while (true)
        {
            JsonElement router = (await _load.ViewAsync(url, cancellationToken)).GetProperty("router");
            if (router.GetProperty("serves").GetBoolean() && router.GetProperty("stages").GetArrayLength() == Stages)
            {
                return router.GetProperty("epoch").GetInt64();
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    private string[] Arguments(string cluster, int node, int devices)
    {
        return
        [
            "--node", string.Create(CultureInfo.InvariantCulture, $"{cluster}-{node}"), "--cluster-id", cluster, "--port", "0",
            "--stages", Stages.ToString(CultureInfo.InvariantCulture), "--devices", devices.ToString(CultureInfo.InvariantCulture),
            "--threads", options.Threads.ToString(CultureInfo.InvariantCulture), "--speculation", "off", "--links", options.Links ? "on" : "off",
            "--model", options.Model,
        ];
    }

    private async Task<string> DescribeAsync(string url, CancellationToken cancellationToken)
    {
        JsonElement view = await _load.ViewAsync(url, cancellationToken);
        JsonElement router = view.GetProperty("router");
        IEnumerable<string?> stages = router.GetProperty("stages").EnumerateArray().Select(static stage => stage.GetProperty("node").GetString());
        return $"asked at {view.GetProperty("answered").GetString()}, router at {router.GetProperty("node").GetString()}, stages at {string.Join(" and ", stages)}";
    }
}
