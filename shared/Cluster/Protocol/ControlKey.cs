namespace OrleansInference.Cluster.Protocol;

/// <summary>Subject of an unanswered message of the router.</summary>
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

/// <summary>Key of an unanswered message of the router.</summary>
/// <param name="Kind">Subject of the message.</param>
/// <param name="Number">Number of the device, step or sequence.</param>
/// <param name="Part">End of the layers, for replays.</param>
internal readonly record struct ControlKey(ControlKeyKind Kind, long Number = 0, int Part = 0);
