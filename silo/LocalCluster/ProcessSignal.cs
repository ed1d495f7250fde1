namespace OrleansInference.Silo.LocalCluster;

/// <summary>What a process can be told, by its number on Linux.</summary>
public enum ProcessSignal
{
    /// <summary>What Ctrl-C sends.</summary>
    Interrupt = 2,

    /// <summary>End, now.</summary>
    Kill = 9,

    /// <summary>Hand over and end.</summary>
    Terminate = 15,

    /// <summary>Go on.</summary>
    Continue = 18,

    /// <summary>Stand still.</summary>
    Stop = 19,
}
