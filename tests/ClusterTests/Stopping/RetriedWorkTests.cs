using Microsoft.Extensions.Logging;
using OrleansInference.ClusterTests.Storage;
using OrleansInference.Grains.Nodes;

namespace OrleansInference.ClusterTests.Stopping;

public sealed class RetriedWorkTests
{
    [Fact]
    public async Task Work_goes_on_after_whatever_it_failed_with_and_is_reported_once()
    {
        Exception[] failures = [new InvalidOperationException("first"), new NotSupportedException("second"), new TaskCanceledException("third")];
        NotedLog log = new();
        using CancellationTokenSource stop = new();
        TaskCompletionSource went = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int rounds = 0;
        Task work = RetriedWork.RunAsync("The work", log, RoundAsync, stop.Token);
        await Samples.WithinAsync(went.Task, "rounds after the failures");
        await stop.CancelAsync();
        await Samples.WithinAsync(work, "the work to end");

        Assert.Equal(
            ["The work failed. The node repeats it until it succeeds: first", "The work continues after 3 consecutive failures."], log.Lines(LogLevel.Warning));

        async Task RoundAsync(CancellationToken stopping)
        {
            if (rounds < failures.Length)
            {
                throw failures[rounds++];
            }

            if (rounds++ > failures.Length)
            {
                went.TrySetResult();
                await Task.Delay(Timeout.Infinite, stopping);
            }
        }
    }
}
