namespace OrleansInference.Bench.Chaos;

/// <summary>Kind of a disturbance of a node.</summary>
internal enum DisturbanceKind
{
    /// <summary>Ends the process immediately.</summary>
    Kill,

    /// <summary>Stops the process for a while, and continues it.</summary>
    Freeze,

    /// <summary>Asks the node to hand over and end; the node then restarts.</summary>
    Drain,
}
