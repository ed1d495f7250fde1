using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;
using OrleansInference.Grains.Directory;

namespace OrleansInference.ClusterTests.Metrics;

public sealed class RouterSummaryTests
{
    [Fact]
    public void What_the_router_counts_reaches_the_front_ends()
    {
        EngineFigures counted = EngineFigures.Of([.. Enumerable.Range(1, 100).Select(static number => (long)number)]);
        RouterReport report = RouterReport.Empty with { Figures = counted, Phase = PlanPhase.Serving, Plan = new PipelinePlan(1, 1, []) };

        RouterSummary summary = RouterSummary.Of(report, "node");
        Assert.Equal((1, 2, 18), (counted.Running, counted.Waiting, counted.Preemptions));
        Assert.Equal(counted, summary.Figures);
        ServiceStatus status = (ClusterView.Empty with { Router = summary, Others = [summary with { Serves = false }] }).Status;
        Assert.Equal(new ServiceStatus(true, null, counted + counted), status);
    }

    [Fact]
    public void Where_the_time_of_steps_went_reaches_the_other_nodes()
    {
        StepTimes times = new(1, 2, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5));
        RouterSummary summary = RouterSummary.Of(RouterReport.Empty with { StepTimes = times }, "node");
        Assert.Equal(times, new StepTimes(summary.TimedSteps, summary.Hops, summary.ComputingTime, summary.WaitingTime, summary.HopTime));
    }

    [Fact]
    public void What_became_of_cached_pages_reaches_the_other_nodes()
    {
        RouterSummary summary = RouterSummary.Of(RouterReport.Empty with { InheritedPages = 1, VerifiedPages = 2, UnprovenPages = 3 }, "node");
        Assert.Equal((1, 2, 3), (summary.InheritedPages, summary.VerifiedPages, summary.UnprovenPages));
    }

    [Fact]
    public void A_cluster_that_has_no_room_for_its_model_says_which_device_refused_what()
    {
        RouterReport report = RouterReport.Empty with
        {
            Phase = PlanPhase.Waiting,
            Shortage = "8 layers are too many.",
            Refusals = [new LayersRefused(1, 1, new DeviceLife(5, 1), new LayerRange(0, 4), true, "Layers 0 to 3 need 9 bytes more; the device has 8.")],
        };

        ServiceStatus status = (ClusterView.Empty with { Router = RouterSummary.Of(report, "node") }).Status;

        Assert.False(status.Ready);
        Assert.Equal(
            "The cluster has no plan in force; the router is Waiting. 8 layers are too many. Device 5 has no memory for its layers: Layers 0 to 3 need 9 bytes more; the device has 8.", status.Reason);
    }
}
