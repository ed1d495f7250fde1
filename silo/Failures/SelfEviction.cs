using Orleans.Runtime;

namespace OrleansInference.Silo.Failures;

/// <summary>Ends the node when Orleans reports that this silo is dead or cannot continue.</summary>
internal sealed class SelfEviction(NodeExit exit) : IFatalErrorHandler
{
    // Message of Orleans for a silo that is ended by the membership: it is dead in the table, it has a successor at its address, or a vote is inconsistent.
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
