using OrleansInference.Cli.Cluster;

namespace OrleansInference.Bench.Chaos;

/// <summary>Disturbs the nodes of a cluster on this machine one after the other, and compares every stream with its undisturbed transcript. A supervisor restarts the nodes.</summary>
/// <param name="settings">Kind and number of the disturbances.</param>
/// <param name="urls">Addresses of all nodes, which do not change with a restart.</param>
/// <param name="say">Receives a line for each disturbance.</param>
internal sealed class ChaosDriver(ChaosSettings settings, IReadOnlyList<string> urls, Action<string> say)
{
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(10);

    private readonly Dictionary<NodeRole, int> _kills = settings.Roles.Distinct().ToDictionary(static role => role, static _ => 0);
    private readonly List<StreamPause> _pauses = [];
    private readonly List<DisturbedNode> _nodes = [];

    public async Task<ChaosReport> RunAsync(CancellationToken cancellationToken)
    {
        using ClusterWatch watch = new(urls, settings.Stages, settings.Pipelines);
        ChaosLoad load = new(settings, urls) { Say = say };
        await watch.UntilWholeAsync(0, cancellationToken);
        await load.RecordAsync(cancellationToken);
        say($"{settings.Requests} transcripts recorded; the usual gap between two tokens is {load.UsualGap:0.0} ms.");
        Task running = load.RunAsync(CancellationToken.None);
        string? ended = null;
        try
        {
            for (int number = 0; number < settings.Kills; number++)
            {
                await DisturbAsync(number, watch, load, cancellationToken);
            }
        }
        catch (InferenceException error)
        {
            ended = error.Message;
        }
        catch (OperationCanceledException)
        {
            ended = $"Interrupted after {_nodes.Count} of {settings.Kills}.";
        }

        load.Stop();
        await running;
        await watch.AskAsync();
        return load.Complete(new ChaosReport
        {
            By = settings.By,
            Streams = settings.Streams,
            Kills = _kills,
            Failures = [],
            Pauses = _pauses,
            Nodes = _nodes,
            Undisturbed = load.Undisturbed,
            Recoveries = watch.Recoveries,
            Recovered = watch.Recovered,
            Parts = watch.Parts,
            VerifiedPages = watch.VerifiedPages,
            UnprovenPages = watch.UnprovenPages,
            CorruptedPages = watch.CorruptedPages,
            Ended = ended,
        });
    }

    private async Task DisturbAsync(int number, ClusterWatch watch, ChaosLoad load, CancellationToken cancellationToken)
    {
        ClusterStatus view = await watch.UntilWholeAsync(0, cancellationToken);
        while (load.UnderWay.Length < (settings.Streams + 1) / 2)
        {
            await Task.Delay(AskInterval, cancellationToken);
        }

        NodeRole role = settings.Roles[number % settings.Roles.Count];
        NodeStatus victim = Victim(view, role, number / settings.Roles.Count, load.UnderWay);
        PauseMeter meter = new(load, view, victim);
        _kills[role]++;
        ClusterWatch.ReplayedSoFar replayed = watch.Replayed;
        DisturbedNode node = await Disturbances.RunAsync(settings, victim, watch, cancellationToken);
        node = node with { ReplayMilliseconds = watch.ReplayingSince(replayed) };
        StreamPause[] pauses = meter.Read(node);
        _pauses.AddRange(pauses);
        _nodes.Add(node);
        say($"{settings.By} {number + 1} of {settings.Kills}: {victim.Name} ({role}), {ChaosOutput.Line(node, pauses)}");
        await Task.Delay(settings.Between, cancellationToken);
    }

    private static NodeStatus Victim(ClusterStatus view, NodeRole role, int turn, ResumingStream[] streams)
    {
        string[] stages = [.. view.Pipelines.SelectMany(static router => router.Stages).Select(static stage => stage.Node).OfType<string>()];
        string[] plain = [.. stages.Where(name => !view.Pipelines.Any(router => router.Node == name) && name != view.Directory)];
        string name = role switch
        {
            NodeRole.Router => view.Pipelines[turn % view.Pipelines.Count].Node,
            NodeRole.Directory => view.Directory,
            NodeRole.Gateway => view.Nodes.MaxBy(node => streams.Count(stream => PauseMeter.IsAt(stream, node)))!.Name,
            _ => plain.Length > 0 ? plain[turn % plain.Length] : stages[turn % stages.Length],
        };
        return view.Find(name) ?? throw new InferenceException(ErrorCode.Unavailable, $"The cluster reports '{name}' for the role {role}, but has no node of that name.");
    }
}
