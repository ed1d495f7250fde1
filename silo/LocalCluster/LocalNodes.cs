using System.Globalization;
using OrleansInference.Cluster.Programs;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.LocalCluster;

/// <summary>A cluster on this machine: a PostgreSQL, unless one is given, and node processes that start and stop together.</summary>
internal static class LocalNodes
{
    // What each node has of its own is not handed on, nor what is secret, which nodes get by their environment.
    private static readonly string[] Own =
    [
        "--nodes", "--node", "--port", "--postgres", "--postgres-file", "--postgres-folder", "--restart", "--restart-after", "--silo-port", "--threads", "--cluster-id", "--admin-key", "--cluster-secret-file",
    ];

    /// <param name="options">Of all nodes.</param>
    /// <param name="arguments">As the program got them.</param>
    /// <param name="started">Told where the nodes serve, once all do.</param>
    public static async Task RunAsync(SiloOptions options, IReadOnlyList<string> arguments, Action<IReadOnlyList<string>> started)
    {
        NodePorts.RequireHttp(options, options.Nodes);
        using StopSignals stop = new();
        await using LocalPostgres? local = options.Postgres is null ? await LocalPostgres.StartAsync(options.PostgresFolder ?? LocalPostgres.DefaultFolder) : null;
        if (options.Postgres is not null)
        {
            await Stores.CheckAsync(options);
        }

        string postgres = options.Postgres ?? local!.ConnectionString;

        // A cluster of its own each time: what an earlier one left unfinished is not this one's.
        string cluster = options.Postgres is null ? $"local-{Guid.NewGuid():N}" : options.ClusterId;
        string[] shared = [.. Shared(arguments), "--cluster-id", cluster];
        Dictionary<string, string> secrets = Secrets(options, postgres);
        NodeProcess[] nodes = [.. Enumerable.Range(0, options.Nodes).Select(index => new NodeProcess(
            $"node-{index + 1}", [.. shared, .. OfNode(options, index)], options.RestartNodes, TimeSpan.FromSeconds(options.RestartAfter), null, secrets))];
        try
        {
            Task ready = Task.WhenAll(nodes.Select(static node => node.Url));
            if (await Task.WhenAny(ready, Task.Delay(Timeout.Infinite, stop.Token)) == ready)
            {
                await ready;
                started([.. nodes.Select(static node => node.Url.Result)]);
                await Task.WhenAny(Task.WhenAll(nodes.Select(static node => node.Ended)), Task.Delay(Timeout.Infinite, stop.Token));
            }
        }
        finally
        {
            Array.ForEach(nodes, static node => node.Stop());
            await Task.WhenAll(nodes.Select(static node => node.Ended));
        }
    }

    /// <summary>Everybody on the machine can read command lines, but no other user the environment of a process.</summary>
    internal static Dictionary<string, string> Secrets(SiloOptions options, string postgres)
    {
        Dictionary<string, string> secrets = new()
        {
            [SettingName.Variable(nameof(options.Postgres))] = postgres,

            // What the files of this process' own environment say is in the values.
            [SettingName.Variable(nameof(options.PostgresFile))] = string.Empty,
            [SettingName.Variable(nameof(options.ClusterSecretFile))] = string.Empty,
        };
        Add(nameof(options.AdminKey), options.AdminKey);
        Add(nameof(options.ClusterSecret), options.ClusterSecret);
        return secrets;

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                secrets[SettingName.Variable(key)] = value;
            }
        }
    }

    internal static IEnumerable<string> Shared(IReadOnlyList<string> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i].Split('=')[0];
            if (!Own.Contains(name))
            {
                yield return arguments[i];
            }
            else if (!arguments[i].Contains('=', StringComparison.Ordinal))
            {
                i++;
            }
        }
    }

    /// <summary>What a node has of its own. They share the machine: where nothing is said, each has its part of the cores and of the memory.</summary>
    internal static string[] OfNode(SiloOptions options, int index)
    {
        int threads = options.Threads == Environment.ProcessorCount ? Math.Max(1, Environment.ProcessorCount / options.Nodes) : options.Threads;
        return
        [
            "--node", string.Create(CultureInfo.InvariantCulture, $"node-{index + 1}"),
            "--port", (options.Port == 0 ? 0 : options.Port + index).ToString(CultureInfo.InvariantCulture),
            "--threads", threads.ToString(CultureInfo.InvariantCulture),
            .. options.PostgresWait == 0 ? (string[])["--postgres-wait", "60"] : [], // it was there when the first started
            .. options.DeviceMemory is null ? (string[])["--device-memory", (options.DeviceBytes / options.Nodes).ToString(CultureInfo.InvariantCulture)] : [],
        ];
    }
}
