namespace OrleansInference.Silo.LocalCluster;

/// <summary>Signal to a process, by its number on Linux.</summary>
public enum ProcessSignal
{
    /// <summary>Interrupts, as Ctrl-C does.</summary>
    Interrupt = 2,

    /// <summary>Ends the process immediately.</summary>
    Kill = 9,

    /// <summary>Asks the process to hand over and end.</summary>
    Terminate = 15,

    /// <summary>Continues a stopped process.</summary>
    Continue = 18,

    /// <summary>Stops the process until <see cref="Continue"/>.</summary>
    Stop = 19,
}
