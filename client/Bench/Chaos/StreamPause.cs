using System.Runtime.InteropServices;

namespace OrleansInference.Bench.Chaos;

/// <summary>Pause of an open stream because of a node.</summary>
/// <param name="Lost">
/// Most important role of the node for the stream: gateway if its client was connected to the node, otherwise router, directory, or stage only. Null if nothing
/// was lost because a node joined.
/// </param>
/// <param name="Move">Kind of a planned move; null for an unplanned disturbance.</param>
/// <param name="Milliseconds">
/// Longest gap between two tokens that the disturbance caused, minus the usual gap: the median of the undisturbed run under the same load. An unplanned
/// disturbance causes a gap that ends after it and starts before the cluster is whole again. A move causes a gap that starts during it.
/// </param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StreamPause(NodeRole? Lost, PlannedMove? Move, double Milliseconds)
{
    /// <summary>Part of the pause that is not recomputation of lost pages on the device with the largest share.</summary>
    public double BeyondReplay { get; init; } = Milliseconds;

    /// <summary>Creates the pause of an unplanned disturbance.</summary>
    public StreamPause(NodeRole lost, double milliseconds)
        : this(lost, null, milliseconds)
    {
    }
}

/// <summary>Planned change of the plan.</summary>
internal enum PlannedMove
{
    /// <summary>A node hands over and ends.</summary>
    Leave,

    /// <summary>A node joins, and enters the plan.</summary>
    Join,
}
