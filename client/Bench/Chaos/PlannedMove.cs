namespace OrleansInference.Bench.Chaos;

/// <summary>A change of the plan that nobody is forced to.</summary>
internal enum PlannedMove
{
    /// <summary>A node hands over and ends.</summary>
    Leave,

    /// <summary>A node comes, and is taken into the plan.</summary>
    Join,
}
