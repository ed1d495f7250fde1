using System.Diagnostics;
using OrleansInference.Cli.Cluster;
using OrleansInference.Models;

namespace OrleansInference.Cli.Chaos;

/// <summary>Kills one node after the other of a cluster on this machine whose nodes are started again, and holds every stream to its undisturbed transcript.</summary>
/// <param name="settings">How, and how often.</param>
/// <param name="urls">Of all nodes, the same after a restart.</param>
/// <param name="say">Told of each kill.</param>
internal sealed class ChaosDriver(ChaosSettings settings, IReadOnlyList<string> urls, Action<string> say)
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(10);

    private readonly Dictionary<NodeRole, int> _kills = settings.Roles.Distinct().ToDictionary(static role => role, static _ => 0);
    private readonly List<StreamPause> _pauses = [];
    private readonly List<double> _wholeAgain = [];

    public async Task<ChaosReport> RunAsync(CancellationToken cancellationToken)
    {
        using ClusterWatch watch = new(urls, settings.Stages);
        ChaosLoad load = new(settings, urls) { Say = say };
        await watch.UntilWholeAsync(0, cancellationToken);
        await load.RecordAsync(cancellationToken);
        say($"{settings.Requests} transcripts recorded; between two tokens there are {load.UsualGap:0.0} ms.");
        Task running = load.RunAsync(CancellationToken.None);
        string? ended = null;
        try
        {
            for (int kill = 0; kill < settings.Kills; kill++)
            {
                await KillAsync(kill, watch, load, cancellationToken);
            }
        }
        catch (InferenceException error)
        {
            ended = error.Message;
        }
        catch (OperationCanceledException)
        {
            ended = $"Interrupted after {_wholeAgain.Count} of {settings.Kills} kills.";
        }

        load.Stop();
        await running;
        return load.Complete(new ChaosReport
        {
            Streams = settings.Streams,
            Kills = _kills,
            Failures = [],
            Pauses = _pauses,
            WholeAgain = _wholeAgain,
            Recoveries = watch.Recoveries,
            Recovered = watch.Recovered,
            Parts = watch.Parts,
            Ended = ended,
        });
    }

    private async Task KillAsync(int kill, ClusterWatch watch, ChaosLoad load, CancellationToken cancellationToken)
    {
        ClusterStatus view = await watch.UntilWholeAsync(0, cancellationToken);
        while (load.UnderWay.Length < (settings.Streams + 1) / 2)
        {
            await Task.Delay(AskEvery, cancellationToken);
        }

        NodeRole role = settings.Roles[kill % settings.Roles.Count];
        ResumingStream[] streams = load.UnderWay;
        NodeStatus victim = Victim(view, role, kill / settings.Roles.Count, streams);
        (ResumingStream Stream, NodeRole Lost)[] affected = [.. streams.Select(stream => (stream, Lost(view, victim, stream)))];
        long killed = Stopwatch.GetTimestamp();
        using (Process process = Process.GetProcessById(victim.Process))
        {
            process.Kill();
        }

        _kills[role]++;
        await watch.UntilWholeAsync(victim.Process, cancellationToken);
        long whole = Stopwatch.GetTimestamp();
        StreamPause[] pauses = [.. affected.Select(one => new StreamPause(one.Lost, Math.Max(0, LongestGap(one.Stream.Tokens(), killed, whole) - load.UsualGap)))];
        _pauses.AddRange(pauses);
        _wholeAgain.Add(Stopwatch.GetElapsedTime(killed, whole).TotalSeconds);
        say(FormattableString.Invariant(
            $"Kill {kill + 1} of {settings.Kills}: {victim.Name} ({role}), {streams.Length} streams paused for up to {pauses.Max(static pause => pause.Milliseconds):0} ms, whole after {_wholeAgain[^1]:0.0} s."));
        await Task.Delay(settings.Between, cancellationToken);
    }

    private static NodeStatus Victim(ClusterStatus view, NodeRole role, int turn, ResumingStream[] streams)
    {
        string[] stages = [.. view.Router.Stages.Select(static stage => stage.Node).OfType<string>()];
        string[] plain = [.. stages.Where(name => name != view.Router.Node && name != view.Directory)];
        string name = role switch
        {
            NodeRole.Router => view.Router.Node,
            NodeRole.Directory => view.Directory,
            NodeRole.Gateway => view.Nodes.MaxBy(node => streams.Count(stream => IsAt(stream, node)))!.Name,
            _ => plain.Length > 0 ? plain[turn % plain.Length] : stages[turn % stages.Length],
        };
        return view.Find(name) ?? throw new InferenceException(ErrorCode.Unavailable, $"The cluster names '{name}' for the role {role}, and has no such node.");
    }

    private static NodeRole Lost(ClusterStatus view, NodeStatus victim, ResumingStream stream) =>
        IsAt(stream, victim) ? NodeRole.Gateway
        : victim.Name == view.Router.Node ? NodeRole.Router
        : victim.Name == view.Directory ? NodeRole.Directory
        : NodeRole.Stage;

    private static bool IsAt(ResumingStream stream, NodeStatus node) => new Uri(stream.Url).Port == new Uri(node.Url).Port;

    /// <summary>In milliseconds; of gaps that end after one moment and begin before the other.</summary>
    internal static double LongestGap(ReadOnlySpan<TranscriptToken> tokens, long after, long before)
    {
        double longest = 0;
        for (int i = 1; i < tokens.Length && tokens[i - 1].Moment < before; i++)
        {
            if (tokens[i].Moment > after)
            {
                longest = Math.Max(longest, Stopwatch.GetElapsedTime(tokens[i - 1].Moment, tokens[i].Moment).TotalMilliseconds);
            }
        }

        return longest;
    }
}
