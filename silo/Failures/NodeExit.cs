using OrleansInference.Cluster.Programs;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Ends a node that cannot go on: one line on the standard error output that names the part that failed and what it failed with, and <see cref="ExitCode.StartAgain"/>. Whatever ends a node unasked comes here.
/// The connections of its streams close with the process, without an error event, so that their clients go on at another node with <c>Last-Event-ID</c>.
/// </summary>
/// <param name="name">Of the node.</param>
/// <param name="error">Receives the line.</param>
/// <param name="exit">Ends the process.</param>
internal sealed class NodeExit(string name, TextWriter error, Action<int> exit) : IDisposable
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(3);

    private int _ending;

    public NodeExit(string name)
        : this(name, Console.Error, Exit)
    {
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
    }

    /// <summary>Ends the process.</summary>
    public void End(string reason)
    {
        if (Say(reason))
        {
            exit(ExitCode.StartAgain);
        }
    }

    /// <summary>Ends the process after a defect.</summary>
    /// <param name="part">What failed.</param>
    /// <param name="defect">With what.</param>
    public void End(string part, Exception defect)
    {
        if (Say(part, defect))
        {
            exit(ExitCode.StartAgain);
        }
    }

    /// <summary>Says why the process ends, where it is to end by itself with <see cref="ExitCode.StartAgain"/>.</summary>
    /// <returns>Whether this is the first reason; nothing is said of others.</returns>
    public bool Say(string reason) => Say(reason, trace: null);

    /// <summary>The same after a defect, whose trace follows the line.</summary>
    public bool Say(string part, Exception defect) => Say($"{part} failed with {defect.GetType().Name}: {defect.Message}", defect.StackTrace);

    public void Dispose() => AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;

    private bool Say(string reason, string? trace)
    {
        if (Interlocked.Exchange(ref _ending, 1) != 0)
        {
            return false;
        }

        error.WriteLine($"Node {name} ends with exit code {ExitCode.StartAgain}, to be started again: {reason.ReplaceLineEndings(" ").TrimEnd('.')}.");
        if (trace is not null)
        {
            error.WriteLine(trace);
        }

        error.Flush();
        return true;
    }

    private void OnUnhandled(object sender, UnhandledExceptionEventArgs unhandled)
    {
        End($"the thread '{Thread.CurrentThread.Name ?? "without a name"}'", (Exception)unhandled.ExceptionObject);

        // On return the runtime would end the process with a code and a report of its own.
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Whatever holds up the end of the process, it does not stay.</summary>
    private static void Exit(int code)
    {
        // Not on this thread: it may be one that the end waits for.
        new Thread(() => Environment.Exit(code)) { IsBackground = true, Name = "Exit" }.Start();
        new Thread(static () =>
        {
            Thread.Sleep(GracePeriod);
            System.Diagnostics.Process.GetCurrentProcess().Kill();
        })
        { IsBackground = true, Name = "Exit, late" }.Start();
    }
}
