using Microsoft.Extensions.Logging;
using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Grains.Nodes;

/// <summary>
/// Work of a node that goes round as long as the node runs. A round that fails is tried again, later each time, whatever it failed with: a part that ended would be missed without a word, and .NET ends a host
/// whose background service throws as if it had been asked to. What cannot be tried again does not belong here.
/// </summary>
internal static partial class RetriedWork
{
    /// <summary>Returns when it is to stop.</summary>
    /// <param name="part">What the log calls it.</param>
    /// <param name="logger">Is told of the first failure in a row, and of the end of a row.</param>
    /// <param name="round">Is called again and again, and waits by itself for the time of the next round.</param>
    /// <param name="stopping">Ends it.</param>
    public static async Task RunAsync(string part, ILogger logger, Func<CancellationToken, Task> round, CancellationToken stopping)
    {
        Backoff backoff = default;
        int failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await round(stopping);
                if (failures > 0)
                {
                    GoesOn(logger, part, failures);
                    failures = 0;
                    backoff.Reset();
                }
            }
            catch (Exception error)
            {
                // A cancellation is a failure too, unless it was the node that cancelled.
                if (stopping.IsCancellationRequested)
                {
                    return;
                }

                Failed(logger, failures++ == 0 ? LogLevel.Error : LogLevel.Debug, part, error.Message, error);
                await Task.Delay(backoff.Next(), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }

    [LoggerMessage(Message = "{Part} failed and is repeated until it succeeds: {Reason}")]
    private static partial void Failed(ILogger logger, LogLevel level, string part, string reason, Exception error);

    [LoggerMessage(LogLevel.Warning, "{Part} continues after {Failures} consecutive failures.")]
    private static partial void GoesOn(ILogger logger, string part, int failures);
}
