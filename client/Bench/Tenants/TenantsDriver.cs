using OrleansInference.Bench.Chaos;
using OrleansInference.Cli.Cluster;

namespace OrleansInference.Bench.Tenants;

/// <summary>
/// Holds conversations of several tenants while clients drop connections and nodes are killed, and compares transcripts with undisturbed ones and the usage of each key with what its clients received. A supervisor restarts the nodes.
/// </summary>
/// <param name="settings">Settings of the load.</param>
/// <param name="urls">Addresses of all nodes, which do not change with a restart.</param>
/// <param name="say">Receives the progress.</param>
internal sealed class TenantsDriver(TenantsSettings settings, IReadOnlyList<string> urls, Action<string> say)
{
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20); // without a change of the usage

    private readonly KillGate _gate = new();
    private readonly Random _random = new(settings.Seed);
    private int _kills;

    public async Task<TenantsReport> RunAsync(CancellationToken cancellationToken)
    {
        using TenantAdmin admin = await TenantAdmin.ConnectAsync(urls);
        using ClusterWatch watch = new(urls, settings.Stages, pipelines: 1, admin.Key);
        await watch.UntilWholeAsync(0, cancellationToken);
        TenantKey[] keys = await admin.CreateAsync(settings.Tenants, settings.KeysPerTenant);
        TenantsLoad load = new(settings, urls, keys, _gate, say);
        await load.RecordAsync(cancellationToken);
        say($"The transcripts of {settings.Scripts} conversations are recorded; {settings.Conversations} conversations of {settings.Tenants} tenants start, seed {settings.Seed}.");

        Task running = load.RunAsync(CancellationToken.None);
        string? ended = null;
        try
        {
            long start = Stopwatch.GetTimestamp();
            while (_kills < settings.Kills || Stopwatch.GetElapsedTime(start) < settings.Duration)
            {
                await Task.Delay(settings.Between, cancellationToken);
                await KillAsync(watch, load, cancellationToken);
            }
        }
        catch (InferenceException error)
        {
            ended = error.Message;
        }
        catch (OperationCanceledException)
        {
            ended = $"Interrupted after {_kills} kills of nodes.";
        }

        load.Stop();
        await running;
        JsonElement usage = await UntilSettledAsync(admin, load.Ledger);
        return load.Counts with
        {
            Tenants = settings.Tenants,
            NodeKills = _kills,
            Billed = usage.GetProperty("prompt_tokens").GetInt64() + usage.GetProperty("completion_tokens").GetInt64(),
            Emitted = load.Ledger.Total,
            Mismatches = load.Ledger.Compare(usage),
            Heads = await admin.ReadHeadsAsync(CancellationToken.None),
            Ended = ended,
        };
    }

    /// <summary>Kills a node at a moment when every client knows the id of its answer, and waits until the cluster is whole again.</summary>
    private async Task KillAsync(ClusterWatch watch, TenantsLoad load, CancellationToken cancellationToken)
    {
        ClusterStatus view = await watch.UntilWholeAsync(0, cancellationToken);
        NodeStatus victim = view.Nodes[_random.Next(view.Nodes.Count)];
        long begun = Stopwatch.GetTimestamp();
        try
        {
            await _gate.CloseAsync(cancellationToken);
            using Process process = Process.GetProcessById(victim.Process);
            process.Kill();
            _kills++;
            await process.WaitForExitAsync(cancellationToken); // until then its port accepts connections
        }
        finally
        {
            _gate.Open();
        }

        await watch.UntilWholeAsync(victim.Process, cancellationToken);
        TenantsReport counts = load.Counts;
        say(string.Create(CultureInfo.InvariantCulture, $"Kill {_kills}: {victim.Name}, whole after {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s; {counts.Answers} answers, {counts.ConnectionKills} dropped connections, {counts.Different} different, {counts.Failed} failed."));
    }

    /// <summary>Reads usage until it is what was emitted, or does not change any more: while the database is late, an answer ends before its last write.</summary>
    private static async Task<JsonElement> UntilSettledAsync(TenantAdmin admin, TokenLedger ledger)
    {
        string? last = null;
        long changed = Stopwatch.GetTimestamp();
        while (true)
        {
            JsonElement usage = await admin.ReadUsageAsync(CancellationToken.None);
            string text = usage.GetRawText();
            changed = text == last ? changed : Stopwatch.GetTimestamp();
            last = text;
            if (ledger.Compare(usage).Count == 0 || Stopwatch.GetElapsedTime(changed) > Settling)
            {
                return usage;
            }

            await Task.Delay(AskInterval);
        }
    }
}
