namespace OrleansInference.Cluster.Programs;

/// <summary>
/// How the programs end, for who started them. What is not 0 comes with one line on the standard error output that says what failed. A signal that ends a process that does not handle it is 128 and its
/// number, as everywhere.
/// </summary>
public static class ExitCode
{
    /// <summary>Done, or stopped as asked: by a signal or by an administrator, after the node has handed over.</summary>
    public const int Success = 0;

    /// <summary>Something failed that may succeed the next time: the database is away, a file cannot be read.</summary>
    public const int Failure = 1;

    /// <summary>What the program was told is wrong, which it will be the next time too: supervisors leave it.</summary>
    public const int UsageError = 2;

    /// <summary>A port that the program was given is taken (EX_UNAVAILABLE). A node that served there before is started again: what took its port meanwhile may go.</summary>
    public const int PortTaken = 69;

    /// <summary>The cluster goes on without this process, whose place a new one can take (EX_TEMPFAIL): every supervisor starts it again.</summary>
    public const int StartAgain = 75;

    /// <summary>Ended by Ctrl-C before it was done.</summary>
    public const int Interrupted = 130;
}
