using OrleansInference.Grains.Directory;
using OrleansInference.Serving;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Cluster.Metrics;

public sealed class RouterSummaryTests
{
    [Fact]
    public void What_the_router_counts_reaches_the_front_ends()
    {
        ServiceStatus counted = new(Ready: true, Reason: null)
        {
            Running = 1,
            Waiting = 2,
            PagesInUse = 3,
            PagesTotal = 4,
            Steps = 5,
            StepTime = TimeSpan.FromSeconds(6),
            PromptTokens = 7,
            CachedPromptTokens = 8,
            GeneratedTokens = 9,
            GuessedTokens = 10,
            AcceptedTokens = 11,
            Preemptions = 12,
        };
        RouterReport report = RouterReport.Empty with { Status = counted, Phase = ControlPhase.Serving, Plan = new PipelinePlan(1, 1, []) };

        Assert.Equal(counted, RouterSummary.Of(report, "node").Status);
    }
}
