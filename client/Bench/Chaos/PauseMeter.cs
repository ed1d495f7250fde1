using OrleansInference.Cli.Cluster;

namespace OrleansInference.Bench.Chaos;

/// <summary>Measures the pauses of a load's streams during one disturbance; created directly before it.</summary>
internal sealed class PauseMeter
{
    private readonly ChaosLoad _load;
    private readonly NodeRole _role;
    private readonly ResumingStream[] _underWay;
    private readonly HashSet<ResumingStream> _through;

    /// <param name="load">Load with the streams.</param>
    /// <param name="view">Status of the cluster before the disturbance.</param>
    /// <param name="victim">Node to disturb.</param>
    public PauseMeter(ChaosLoad load, ClusterStatus view, NodeStatus victim)
    {
        _load = load;
        _load.ForgetCompleted();
        _role = view.Pipelines.Any(router => router.Node == victim.Name) ? NodeRole.Router : victim.Name == view.Directory ? NodeRole.Directory : NodeRole.Stage;
        _underWay = load.UnderWay;
        _through = [.. _underWay.Where(stream => IsAt(stream, victim))];
    }

    /// <summary>
    /// Returns the pauses. An unplanned disturbance has one for each open stream. A planned one has one for each stream and move during which the stream
    /// received two tokens.
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

    /// <summary>Longest gap in milliseconds, among gaps that end after one moment and start before the other; 0 if there is none.</summary>
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

    /// <summary>Longest gap in milliseconds, among gaps that start between the two moments; 0 if there is none.</summary>
    internal static double LongestGapWithin(TranscriptToken[] tokens, long from, long before) => LongestGap([.. tokens.SkipWhile(token => token.Moment < from)], from, before);

    private IEnumerable<StreamPause> Pauses(IEnumerable<ResumingStream> streams, PlannedMove? move, Func<TranscriptToken[], double> longest) =>
        from stream in streams
        let gap = longest(stream.Tokens())
        where move is null || gap > 0
        select new StreamPause(LostBy(stream, move), move, Math.Max(0, gap - _load.UsualGap));

    private NodeRole? LostBy(ResumingStream stream, PlannedMove? move) =>
        move == PlannedMove.Join ? null : _through.Contains(stream) ? NodeRole.Gateway : _role;
}
