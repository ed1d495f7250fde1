using System.Runtime.InteropServices;

namespace OrleansInference.Bench.Chaos;

/// <summary>How long a stream that was under way stood still because of a node.</summary>
/// <param name="Lost">
/// The greatest role that the node played: for the stream whose client was connected to it its gateway, else the router's node, the directory's, or one with a stage
/// alone. Null when nothing was lost: a node joined.
/// </param>
/// <param name="Move">Of a planned move, which.</param>
/// <param name="Milliseconds">
/// The longest gap between two tokens that falls to the disturbance, less the usual gap: the median of the undisturbed run under the same load. A gap falls to what
/// was not planned when it ends after it and begins before the cluster is whole again; to a move, when it begins during it.
/// </param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StreamPause(NodeRole? Lost, PlannedMove? Move, double Milliseconds)
{
    /// <summary>Of it, what is not computing of lost pages on the device that had most of that to do.</summary>
    public double BeyondReplay { get; init; } = Milliseconds;

    /// <summary>Of what was not planned.</summary>
    public StreamPause(NodeRole lost, double milliseconds)
        : this(lost, null, milliseconds)
    {
    }
}
