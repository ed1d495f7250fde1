namespace OrleansInference.Cluster.Protocol;

/// <summary>What an unanswered message of the router is about.</summary>
internal enum ControlKeyKind : byte
{
    Plan,
    Pages,
    Join,
    Ask,
    Replay,
    Load,
    Copy,
    Freeze,
    Step,
    Verify,
}

/// <summary>Names an unanswered message of the router.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Number">Device, step or sequence.</param>
/// <param name="Part">End of the layers, for replays.</param>
internal readonly record struct ControlKey(ControlKeyKind Kind, long Number = 0, int Part = 0);
