namespace OrleansInference.Cluster.Programs;

/// <summary>
/// Exit codes of the programs. A failure also writes one line to the standard error output that names what failed. As usual, the code of a process ended by an
/// unhandled signal is 128 plus the signal's number.
/// </summary>
public static class ExitCode
{
    /// <summary>The program has finished, or was stopped by a signal or an administrator after the node had handed over.</summary>
    public const int Success = 0;

    /// <summary>A failure that may not repeat: the database is away, or a file cannot be read.</summary>
    public const int Failure = 1;

    /// <summary>Invalid usage, which a restart does not change: supervisors do not restart.</summary>
    public const int UsageError = 2;

    /// <summary>A given port is in use (EX_UNAVAILABLE). A node that served there before is restarted, because the port may become free.</summary>
    public const int PortTaken = 69;

    /// <summary>The cluster continues without this process, and a new process can replace it (EX_TEMPFAIL): every supervisor restarts it.</summary>
    public const int StartAgain = 75;

    /// <summary>Ctrl-C ended the program before it had finished.</summary>
    public const int Interrupted = 130;
}
