using Microsoft.Extensions.Logging;
using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Grains.Nodes;

/// <summary>
/// Work of a node that repeats as long as the node runs. A failed round is repeated after any exception, with a growing delay. Otherwise the part would end without a log line, or .NET
/// would stop the host, as it does when a background service throws. Work that cannot be repeated must not use it.
/// </summary>
public static partial class RetriedWork
{
    /// <summary>Runs rounds until it is stopped.</summary>
    /// <param name="part">Name of the part in the log.</param>
    /// <param name="logger">Receives a line for the first of consecutive failures, and one when they end.</param>
    /// <param name="round">Executes one round, including the wait until the next one.</param>
    /// <param name="stopping">Stops the work.</param>
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
                    Continues(logger, part, failures);
                    failures = 0;
                    backoff.Reset();
                }
            }
            catch (Exception error)
            {
                // A cancellation counts as a failure unless the node requested it.
                if (stopping.IsCancellationRequested)
                {
                    return;
                }

                Failed(logger, failures++ == 0 ? LogLevel.Error : LogLevel.Debug, part, error.Message, error);
                await Task.Delay(backoff.Next(), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }

    [LoggerMessage(Message = "{Part} failed. The node repeats it until it succeeds: {Reason}")]
    private static partial void Failed(ILogger logger, LogLevel level, string part, string reason, Exception error);

    [LoggerMessage(LogLevel.Warning, "{Part} continues after {Failures} consecutive failures.")]
    private static partial void Continues(ILogger logger, string part, int failures);
}
