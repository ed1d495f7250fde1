namespace OrleansInference.Bench.Chaos;

/// <summary>Planned change of the plan.</summary>
internal enum PlannedMove
{
    /// <summary>A node hands over and ends.</summary>
    Leave,

    /// <summary>A node joins, and enters the plan.</summary>
    Join,
}
