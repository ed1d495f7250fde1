using System.Globalization;
using OrleansInference.Cluster.Programs;
using OrleansInference.Settings;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.Settings;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Silo.LocalCluster;

/// <summary>Cluster on this machine: a PostgreSQL, unless a connection is given, and node processes that start and stop together.</summary>
public static class LocalNodes
{
    // Settings that each node has for itself are not passed on, nor are secrets, which nodes receive in their environment.
    private static readonly string[] Own =
    [
        "--nodes", "--node", "--port", "--postgres", "--postgres-file", "--postgres-folder", "--restart", "--restart-after", "--silo-port", "--threads", "--cluster-id", "--admin-key", "--cluster-secret-file",
    ];

    /// <param name="options">Options of all nodes.</param>
    /// <param name="arguments">Arguments of the program.</param>
    /// <param name="output">Receives the progress.</param>
    /// <param name="started">Called with the addresses of the nodes when all of them serve.</param>
    public static async Task RunAsync(NodeOptions options, IReadOnlyList<string> arguments, StartOutput output, Action<IReadOnlyList<string>> started)
    {
        int count = options.Nodes.Count;
        NodePorts.RequireHttp(options, count);
        using StopSignals stop = new();
        await using LocalPostgres? local = options.Database.Postgres is null ? await StartPostgresAsync(options.Nodes.PostgresFolder ?? LocalPostgres.DefaultFolder, output) : null;
        if (options.Database.Postgres is not null)
        {
            await Stores.CheckAsync(options);
        }

        output.Say($"Starting {count} nodes over PostgreSQL");
        string postgres = options.Database.Postgres ?? local!.ConnectionString;

        // Each run is a new cluster: sessions that an earlier run left unfinished do not belong to it.
        string cluster = options.Database.Postgres is null ? $"local-{Guid.NewGuid():N}" : options.Member.ClusterId;
        string[] shared = [.. Shared(arguments), "--cluster-id", cluster];
        Dictionary<string, string> secrets = Secrets(options, postgres);
        NodeProcess[] nodes = [.. Enumerable.Range(0, count).Select(index => new NodeProcess(
            $"node-{index + 1}", [.. shared, .. OfNode(options, index)], options.Nodes.Restart, options.Nodes.RestartAfter, null, secrets))];
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

    private static Task<LocalPostgres> StartPostgresAsync(string folder, StartOutput output)
    {
        output.Say($"Starting PostgreSQL in {folder}");
        return LocalPostgres.StartAsync(folder);
    }

    /// <summary>Secrets for the environment of a node: every user of the machine can read command lines, but not the environment of another user's process.</summary>
    public static Dictionary<string, string> Secrets(NodeOptions options, string postgres)
    {
        Dictionary<string, string> secrets = new()
        {
            [SettingName.Variable(nameof(DatabaseOptions.Postgres))] = postgres,

            // The values already contain the files named by this process' environment.
            [SettingName.Variable(nameof(DatabaseOptions.PostgresFile))] = string.Empty,
            [SettingName.Variable(nameof(SecurityOptions.ClusterSecretFile))] = string.Empty,
        };
        Add(nameof(HttpOptions.AdminKey), options.Http.AdminKey);
        Add(nameof(SecurityOptions.ClusterSecret), options.Security.ClusterSecret);
        return secrets;

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                secrets[SettingName.Variable(key)] = value;
            }
        }
    }

    public static IEnumerable<string> Shared(IReadOnlyList<string> arguments)
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

    /// <summary>Settings of a single node. The nodes share the machine: unless specified, each has an equal part of the cores and of the memory.</summary>
    internal static string[] OfNode(NodeOptions options, int index)
    {
        int count = options.Nodes.Count;
        int threads = options.Compute.Threads == Environment.ProcessorCount ? Math.Max(1, Environment.ProcessorCount / count) : options.Compute.Threads;
        return
        [
            "--node", string.Create(CultureInfo.InvariantCulture, $"node-{index + 1}"),
            "--port", (options.Http.Port == 0 ? 0 : options.Http.Port + index).ToString(CultureInfo.InvariantCulture),
            "--threads", threads.ToString(CultureInfo.InvariantCulture),
            .. options.Database.PostgresWait == TimeSpan.Zero ? (string[])["--postgres-wait", "60"] : [], // the database was running when the first node started
            .. options.Devices.DeviceMemory is null ? (string[])["--device-memory", (options.Devices.Bytes / count).ToString(CultureInfo.InvariantCulture)] : [],
        ];
    }
}
