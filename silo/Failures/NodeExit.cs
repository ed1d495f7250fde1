using OrleansInference.Cluster.Programs;
using OrleansInference.Silo.Logs;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Ends a node that cannot continue. It writes one line to the standard error output, which names the failed part and the error, and exits with <see cref="ExitCode.StartAgain"/>. Every
/// unrequested end of a node uses it. The connections of the node's streams close with the process, without an error event, so that their clients resume at another node with
/// <c>Last-Event-ID</c>.
/// </summary>
/// <param name="name">Name of the node.</param>
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
        if (LogReason(reason))
        {
            exit(ExitCode.StartAgain);
        }
    }

    /// <summary>Ends the process after a defect.</summary>
    /// <param name="part">Part that failed.</param>
    /// <param name="defect">Exception that it failed with.</param>
    public void End(string part, Exception defect)
    {
        if (LogReason(part, defect))
        {
            exit(ExitCode.StartAgain);
        }
    }

    /// <summary>Logs the reason of an end that the caller carries out with <see cref="ExitCode.StartAgain"/>.</summary>
    /// <returns>Whether this is the first reason; later ones are not logged.</returns>
    public bool LogReason(string reason) => LogReason(reason, trace: null);

    /// <summary>Logs a defect as the reason, followed by its trace.</summary>
    public bool LogReason(string part, Exception defect) => LogReason($"{part} failed with {defect.GetType().Name}: {defect.Message}", defect.StackTrace);

    public void Dispose() => AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;

    private bool LogReason(string reason, string? trace)
    {
        if (Interlocked.Exchange(ref _ending, 1) != 0)
        {
            return false;
        }

        LogOutput.Write(error, LogLevel.Critical, $"Node {name} ends with exit code {ExitCode.StartAgain}, to be started again: {reason.ReplaceLineEndings(" ").TrimEnd('.')}.", trace);
        error.Flush();
        return true;
    }

    private void OnUnhandled(object sender, UnhandledExceptionEventArgs unhandled)
    {
        End($"the thread '{Thread.CurrentThread.Name ?? "without a name"}'", (Exception)unhandled.ExceptionObject);

        // If this returned, the runtime would end the process with its own exit code and report.
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Ends the process, by force if something delays the end.</summary>
    private static void Exit(int code)
    {
        // On a separate thread, because the end may wait for the current one.
        new Thread(() => Environment.Exit(code)) { IsBackground = true, Name = "Exit" }.Start();
        new Thread(static () =>
        {
            Thread.Sleep(GracePeriod);
            System.Diagnostics.Process.GetCurrentProcess().Kill();
        })
        { IsBackground = true, Name = "Exit, late" }.Start();
    }
}
