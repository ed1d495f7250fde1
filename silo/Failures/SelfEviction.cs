using Orleans.Runtime;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Ends the process when Orleans finds that this silo is dead, or cannot go on: one line on the standard error output and an exit code that supervisors restart. The connections of its streams
/// close with the process, without an error event, so that their clients go on at another node with <c>Last-Event-ID</c>.
/// </summary>
/// <param name="name">Of the node.</param>
/// <param name="error">Receives the line.</param>
/// <param name="exit">Ends the process.</param>
internal sealed class SelfEviction(string name, TextWriter error, Action<int> exit) : IFatalErrorHandler
{
    // What Orleans says when the membership ends a silo: because it is dead there, or has a successor at its address, or because a vote makes no sense to it.
    private const string Ended = "I have been told I am dead";
    private const string Defect = "Found a bug";

    private int _ending;

    public SelfEviction(string name)
        : this(name, Console.Error, Exit)
    {
    }

    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        if (Interlocked.Exchange(ref _ending, 1) != 0)
        {
            return;
        }

        string reason = context?.StartsWith(Ended, StringComparison.Ordinal) == true
            ? context.Contains(Defect, StringComparison.Ordinal) ? "Orleans found a contradiction in the membership table" : "the cluster has declared it dead"
            : $"{sender?.GetType().Name} failed in {context}: {exception?.GetType().Name}: {exception?.Message.TrimEnd('.')}".ReplaceLineEndings(" ");
        error.WriteLine($"Node {name} ends with exit code {NodeExit.DeclaredDead}, to be started again: {reason}.");
        error.Flush();
        exit(NodeExit.DeclaredDead);
    }

    /// <summary>Whatever holds up the end of the process, it does not stay.</summary>
    private static void Exit(int code)
    {
        // Not on this thread: it may be one that the end waits for.
        new Thread(() => Environment.Exit(code)) { IsBackground = true, Name = "Exit" }.Start();
        new Thread(static () =>
        {
            Thread.Sleep(TimeSpan.FromSeconds(3));
            System.Diagnostics.Process.GetCurrentProcess().Kill();
        })
        { IsBackground = true, Name = "Exit, late" }.Start();
    }
}
