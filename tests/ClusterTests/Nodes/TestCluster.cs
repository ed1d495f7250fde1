using System.Globalization;
using System.Text.Json;
using Npgsql;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.LocalCluster;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>Real silo processes over a real PostgreSQL, for one test.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    // Nodes of few clusters at a time: those of many on a small machine would take each other for dead.
    private static readonly SemaphoreSlim Turns = new(2);

    private readonly string _folder;
    private readonly LocalPostgres _postgres;
    private readonly string[] _settings;
    private readonly string _logFolder;
    private readonly Dictionary<string, NodeLog> _logs = []; // by the nodes' names
    private readonly List<NodeProcess> _nodes = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly RestartPolicy _restart;
    private readonly Dictionary<string, string> _variables;
    private readonly TestNetwork? _network;
    private readonly TcpRelay? _relay;
    private int _started;
    private bool _hasTurn;

    private TestCluster(string folder, LocalPostgres postgres, string[] settings, RestartPolicy restart, TestNetwork? network, Dictionary<string, string>? variables)
    {
        _restart = restart;
        _variables = new(variables ?? []) { ["ORLEANS_INFERENCE_CLUSTER_SECRET"] = network is null ? string.Empty : ClusterSecret };
        _network = network;
        _relay = network is null ? null : new TcpRelay(network.Gateway, postgres.Port);
        _http.DefaultRequestHeaders.Authorization = network is null ? null : new("Bearer", AdminKey);
        _folder = folder;
        _logFolder = Path.Combine(LogsFolder(), Path.GetFileName(folder));
        _postgres = postgres;
        _settings = settings;
    }

    /// <summary>Of nodes on a network of their own.</summary>
    public const string AdminKey = "administrator";

    /// <summary>Of such nodes, without which they would not start.</summary>
    public const string ClusterSecret = "secret of a test's cluster";

    public LocalPostgres Postgres => _postgres;

    /// <summary>Folder of the nodes' data, on the disk of temporary files.</summary>
    public string DataFolder => Path.Combine(Path.GetTempPath(), $"{Path.GetFileName(_folder)}-data");

    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    /// <summary>Starts nodes and waits until all hold a stage of the plan.</summary>
    /// <param name="nodes">How many.</param>
    /// <param name="stages">To cut the model into; null leaves it to the planner.</param>
    /// <param name="restart">When nodes are started again.</param>
    /// <param name="network">What they are joined by; the loopback address by default.</param>
    /// <param name="disk">That PostgreSQL has its data on; the one of temporary files by default.</param>
    /// <param name="variables">Of their environment.</param>
    /// <param name="settings">More settings, of all nodes.</param>
    public static async Task<TestCluster> StartAsync(
        int nodes, int? stages, RestartPolicy restart = RestartPolicy.Never, TestNetwork? network = null, SmallDisk? disk = null, Dictionary<string, string>? variables = null, params string[] settings)
    {
        string folder = Path.Combine(disk?.Folder ?? Path.GetTempPath(), $"oi-{Guid.NewGuid():N}"[..14]);
        LocalPostgres postgres = await LocalPostgres.StartAsync(folder, durable: false); // while others have their turn
        TestCluster cluster = new(
            folder, postgres, [.. stages is { } wanted ? (string[])["--stages", wanted.ToString(CultureInfo.InvariantCulture)] : [], "--threads", "1", "--drain-seconds", "20", "--postgres-wait", "60", .. settings], restart, network, variables);
        try
        {
            await cluster.TakeTurnAsync();
            for (int i = 0; i < nodes; i++)
            {
                cluster.AddNode();
            }

            await cluster.UntilServingAsync([.. cluster._nodes]);
            await cluster.UntilStagesAsync(Math.Min(nodes, stages ?? nodes));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where the nodes serve, which they keep when they are started again.</summary>
    public string[] Urls => [.. _nodes.Select(static node => node.Url.Result)];

    /// <summary>Starts another node.</summary>
    /// <param name="settings">Of this node alone, over those of all.</param>
    public NodeProcess AddNode(params string[] settings)
    {
        NodeProcess node = Start(string.Create(CultureInfo.InvariantCulture, $"node-{++_started}"), FreePorts.FindForLater(1)[0], settings);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Starts a node that has ended again, where it was.</summary>
    public NodeProcess StartAgain(NodeProcess node)
    {
        NodeProcess again = Start(node.Name, new Uri(node.Url.Result).Port, []);
        _nodes[_nodes.IndexOf(node)] = again;
        return again;
    }

    /// <summary>How many lines with these words a node has written so far.</summary>
    public int Said(string name, string words) => File.Exists(_logs[name].Path) ? File.ReadLines(_logs[name].Path).Count(line => line.Contains(words, StringComparison.Ordinal)) : 0;

    public NodeProcess Node(string name) => _nodes.Single(node => node.Name == name);

    /// <summary>Where a node serves that is not one of these.</summary>
    public string UrlExcept(params string[] names) => _nodes.First(node => !names.Contains(node.Name)).Url.Result;

    /// <summary>What a node says of the cluster; null when it does not answer.</summary>
    public async Task<JsonElement?> ViewAsync(string url)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(await _http.GetStringAsync(new Uri(url + "/admin/cluster")));
            return document.RootElement.Clone();
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>Waits until any node's view of the cluster is as wanted; fails when it is not in time, or when all nodes have ended.</summary>
    /// <param name="wanted">A condition of it.</param>
    /// <param name="what">Said when it does not come to pass.</param>
    public async Task<JsonElement> UntilAsync(Func<JsonElement, bool> wanted, string what)
    {
        DateTime end = DateTime.UtcNow + Timeout;
        JsonElement? last = null;
        while (DateTime.UtcNow < end)
        {
            foreach (NodeProcess node in _nodes.Where(static node => node.Url.IsCompletedSuccessfully && !node.Ended.IsCompleted))
            {
                last = await ViewAsync(node.Url.Result) ?? last;
                if (last is { } view && wanted(view))
                {
                    return view;
                }
            }

            if (_nodes.TrueForAll(static node => node.Ended.IsCompleted))
            {
                throw new InvalidOperationException(WithOutput($"All nodes ended while the test waited for {what}; the cluster said {last}"));
            }

            await Task.Delay(50);
        }

        throw new TimeoutException(WithOutput($"Waited {Timeout} for {what}; the cluster says {last}"));
    }

    /// <summary>Waits until a node's log contains some words. Reads the file only, so the directory may be lost meanwhile.</summary>
    public async Task UntilLoggedAsync(string name, string words)
    {
        DateTime end = DateTime.UtcNow + Timeout;
        while (Said(name, words) == 0)
        {
            if (DateTime.UtcNow > end)
            {
                throw new TimeoutException(WithOutput($"Waited {Timeout} for {name} to log '{words}'."));
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Waits until a plan of so many stages is in force.</summary>
    public Task<JsonElement> UntilStagesAsync(int stages) => UntilAsync(view => Serves(view) && Stages(view).Length == stages, $"a plan of {stages} stages");

    /// <summary>Waits until all nodes have been up for so long that one that is silent is declared dead as soon as ever.</summary>
    public async Task UntilGrownAsync()
    {
        EndTurn(); // nodes that have nothing to do take nothing from others
        DateTime end = DateTime.UtcNow + Timeout;
        while (await PostgresFixture.ExecuteAsync(_postgres.ConnectionString, "SELECT min(IAmAliveTime - StartTime) > interval '35 seconds' FROM inference.OrleansMembershipTable WHERE Status = 3") is not true)
        {
            if (DateTime.UtcNow > end)
            {
                throw new TimeoutException(WithOutput($"Waited {Timeout} for the nodes to have been up for 35 seconds."));
            }

            await Task.Delay(100);
        }

        await TakeTurnAsync();
    }

    /// <summary>Waits until nodes serve, the first time.</summary>
    public Task UntilServingAsync(params NodeProcess[] nodes) => InTimeAsync(Task.WhenAll(nodes.Select(static node => node.Url)), "serve", nodes);

    /// <summary>Waits until nodes have ended, and are not started again.</summary>
    public Task UntilEndedAsync(params NodeProcess[] nodes) => InTimeAsync(Task.WhenAll(nodes.Select(static node => node.Ended)), "end", nodes);

    private async Task TakeTurnAsync()
    {
        await Turns.WaitAsync();
        _hasTurn = true;
    }

    private void EndTurn()
    {
        if (_hasTurn)
        {
            _hasTurn = false;
            Turns.Release();
        }
    }

    private async Task InTimeAsync(Task task, string what, NodeProcess[] nodes)
    {
        try
        {
            await task.WaitAsync(Timeout);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException(WithOutput($"Waited {Timeout} for {string.Join(", ", nodes.Select(static node => node.Name))} to {what}."), late);
        }
    }

    public static bool Serves(JsonElement view) => view.GetProperty("router").GetProperty("serves").GetBoolean();

    /// <summary>Names of the nodes with the stages, first to last.</summary>
    public static string?[] Stages(JsonElement view) => [.. view.GetProperty("router").GetProperty("stages").EnumerateArray().Select(static stage => stage.GetProperty("node").GetString())];

    /// <summary>Of the nodes that there are.</summary>
    public static string?[] Names(JsonElement view) => [.. view.GetProperty("nodes").EnumerateArray().Select(static node => node.GetProperty("name").GetString())];

    public static string RouterNode(JsonElement view) => view.GetProperty("router").GetProperty("node").GetString()!;

    public static long Epoch(JsonElement view) => view.GetProperty("router").GetProperty("epoch").GetInt64();

    public async ValueTask DisposeAsync()
    {
        foreach (NodeProcess node in _nodes)
        {
            node.Stop(ProcessSignal.Kill);
        }

        try
        {
            await Task.WhenAll(_nodes.Select(static node => node.Ended));
        }
        finally
        {
            EndTurn();
        }

        foreach (NodeLog log in _logs.Values)
        {
            log.Dispose();
        }

        await _postgres.DisposeAsync();
        _relay?.Dispose();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
        if (Directory.Exists(DataFolder))
        {
            Directory.Delete(DataFolder, recursive: true);
        }
    }

    /// <summary>What a node's program is started with.</summary>
    public string[] ArgumentsOf(string name, int port, params string[] settings) =>
    [
        .. _settings, "--node", name, "--port", port.ToString(CultureInfo.InvariantCulture), "--postgres", PostgresFor(), "--cluster-id", "test", "--data-folder", DataFolder, .. settings,
    ];

    /// <summary>A message of what went wrong, with how each node that has ended did, and the last lines that each one wrote.</summary>
    private string WithOutput(string message) => string.Join('\n', [message, .. _nodes.Select(Output)]);

    private string Output(NodeProcess node) =>
        $"Node {node.Name} {(node.Ended.IsCompleted ? $"ended with exit code {node.ExitCode}" : "runs")}. {_logs[node.Name].End()}";

    /// <summary>Where nodes' output is kept after the test.</summary>
    private static string LogsFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OrleansInference.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? AppContext.BaseDirectory, "artifacts", "test-results", "nodes");
    }

    private NodeProcess Start(string name, int port, string[] settings)
    {
        if (!_logs.TryGetValue(name, out NodeLog? log))
        {
            // One that is started again goes on with its predecessor's.
            Directory.CreateDirectory(_logFolder);
            _logs.Add(name, log = new NodeLog(Path.Combine(_logFolder, $"{name}.log")));
        }

        if (_network is null)
        {
            return new NodeProcess(name, ArgumentsOf(name, port, settings), _restart, null, log, _variables);
        }

        int number = NumberOf(name);
        string[] arguments = ArgumentsOf(name, port, [.. settings, "--host", "*", "--advertise", _network.AddressOf(number), "--admin-key", AdminKey, "--require-keys", "off"]);
        return new NodeProcess(name, arguments, _restart, null, log, _variables, _network.LauncherOf(number));
    }

    /// <summary>1 of node-1.</summary>
    public static int NumberOf(string name) => int.Parse(name.AsSpan(name.IndexOf('-', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);

    private string PostgresFor() => _relay is null
        ? _postgres.ConnectionString
        : new NpgsqlConnectionStringBuilder(_postgres.ConnectionString) { Host = _relay.Endpoint.Address.ToString(), Port = _relay.Endpoint.Port }.ConnectionString;
}
