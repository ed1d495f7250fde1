namespace OrleansInference.Bench.Chaos;

/// <summary>What is done to nodes.</summary>
internal enum DisturbanceKind
{
    /// <summary>The process ends at once.</summary>
    Kill,

    /// <summary>The process stands still for a while, and wakes up.</summary>
    Freeze,

    /// <summary>The node is asked to hand over and end, and comes back.</summary>
    Drain,
}
