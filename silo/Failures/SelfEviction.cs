using Orleans.Runtime;

namespace OrleansInference.Silo.Failures;

/// <summary>Ends the node when Orleans finds that this silo is dead, or cannot go on.</summary>
internal sealed class SelfEviction(NodeExit exit) : IFatalErrorHandler
{
    // What Orleans says when the membership ends a silo: because it is dead there, or has a successor at its address, or because a vote makes no sense to it.
    private const string Ended = "I have been told I am dead";
    private const string Defect = "Found a bug";

    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        if (context?.StartsWith(Ended, StringComparison.Ordinal) == true)
        {
            exit.End(context.Contains(Defect, StringComparison.Ordinal) ? "Orleans found a contradiction in the membership table" : "the cluster has declared it dead");
        }
        else
        {
            exit.End($"{sender?.GetType().Name} failed in {context} with {exception?.GetType().Name}: {exception?.Message}");
        }
    }
}
