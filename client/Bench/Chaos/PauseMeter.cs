using System.Diagnostics;
using OrleansInference.Cli.Cluster;

namespace OrleansInference.Bench.Chaos;

/// <summary>What the streams of a load feel of one disturbance; made just before it.</summary>
internal sealed class PauseMeter
{
    private readonly ChaosLoad _load;
    private readonly NodeRole _role;
    private readonly ResumingStream[] _underWay;
    private readonly HashSet<ResumingStream> _through;

    /// <param name="load">The streams.</param>
    /// <param name="view">The cluster before.</param>
    /// <param name="victim">The node that will be disturbed.</param>
    public PauseMeter(ChaosLoad load, ClusterStatus view, NodeStatus victim)
    {
        _load = load;
        _load.ForgetCompleted();
        _role = view.Pipelines.Any(router => router.Node == victim.Name) ? NodeRole.Router : victim.Name == view.Directory ? NodeRole.Directory : NodeRole.Stage;
        _underWay = load.UnderWay;
        _through = [.. _underWay.Where(stream => IsAt(stream, victim))];
    }

    /// <summary>
    /// Of what was not planned: one of each stream that was under way when it happened. Of planned moves: one of each stream and move that it had two tokens during.
    /// </summary>
    public StreamPause[] Read(DisturbedNode node) => node.Left is { } left
        ? [
            .. Pauses(_load.Seen, PlannedMove.Leave, tokens => LongestGapWithin(tokens, node.Begun, left)),
            .. Pauses(_load.Seen, PlannedMove.Join, tokens => LongestGapWithin(tokens, left, node.Whole)),
        ]
        : [
            .. Pauses(_underWay, null, tokens => LongestGap(tokens, node.Begun, node.Whole))
                .Select(pause => pause with { BeyondReplay = Math.Max(0, pause.Milliseconds - node.ReplayMilliseconds) }),
        ];

    /// <summary>Whether the stream's client is connected to the node.</summary>
    public static bool IsAt(ResumingStream stream, NodeStatus node) => new Uri(stream.Url).Port == new Uri(node.Url).Port;

    /// <summary>In milliseconds; of gaps that end after one moment and begin before the other. 0 where there is none.</summary>
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

    /// <summary>In milliseconds; of gaps that begin from one moment on and before the other. 0 where there is none.</summary>
    internal static double LongestGapWithin(TranscriptToken[] tokens, long from, long before) => LongestGap([.. tokens.SkipWhile(token => token.Moment < from)], from, before);

    private IEnumerable<StreamPause> Pauses(IEnumerable<ResumingStream> streams, PlannedMove? move, Func<TranscriptToken[], double> longest) =>
        from stream in streams
        let gap = longest(stream.Tokens())
        where move is null || gap > 0
        select new StreamPause(LostBy(stream, move), move, Math.Max(0, gap - _load.UsualGap));

    private NodeRole? LostBy(ResumingStream stream, PlannedMove? move) =>
        move == PlannedMove.Join ? null : _through.Contains(stream) ? NodeRole.Gateway : _role;
}
