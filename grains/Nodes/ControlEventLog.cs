using Microsoft.Extensions.Logging;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Router;
using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains.Nodes;

/// <summary>Logs plans, losses and recoveries of a pipeline.</summary>
/// <param name="logger">Receives the lines.</param>
/// <param name="router">Number of the router's activation.</param>
/// <param name="view">Returns the view with the names of the nodes.</param>
internal sealed partial class ControlEventLog(ILogger logger, int router, Func<ClusterView> view) : IControlEvents
{
    private readonly int _pipeline = RouterNumbers.PipelineOf(router);

    public void OnPlanMade(PipelinePlan plan, PlanReason reason) => PlanMade(_pipeline, Epochs.CountOf(plan.Epoch), reason, Describe(plan));

    public void OnPlanInForce(PipelinePlan plan) => PlanInForce(_pipeline, Epochs.CountOf(plan.Epoch), Describe(plan));

    public void OnPlanDropped(PipelinePlan plan) => PlanDropped(_pipeline, Epochs.CountOf(plan.Epoch));

    public void OnNoPlan(string? shortage) => NoPlan(_pipeline, shortage ?? "The devices that are present cannot hold all layers.");

    public void OnDeviceLost(DeviceLife device) => DeviceLost(_pipeline, Name(view(), device.Device));

    public void OnRecovered(RecoveryTimes times, IReadOnlyList<long> sequences) => Recovered(
        _pipeline, (long)(times.Plan + times.Load + times.Replay).TotalMilliseconds, (long)times.Plan.TotalMilliseconds, (long)times.Load.TotalMilliseconds, (long)times.Replay.TotalMilliseconds,
        sequences[(int)RecoveryStrategy.Journal], sequences[(int)RecoveryStrategy.Prefix], sequences[(int)RecoveryStrategy.Full]);

    private string Describe(PipelinePlan plan)
    {
        ClusterView known = view();
        return string.Join(", ", plan.Stages.Select(stage => $"{Name(known, stage.Device.Device)}: layers {stage.Layers.First}-{stage.Layers.End - 1}"));
    }

    private static string Name(ClusterView known, int device) => known.WithDevice(device) is { } node ? $"{node.Name} (device {device})" : $"device {device}";

    [LoggerMessage(LogLevel.Information, "Pipeline {Pipeline}: plan {Plan} is made (reason: {Reason}). {Stages}.")]
    private partial void PlanMade(int pipeline, long plan, PlanReason reason, string stages);

    [LoggerMessage(LogLevel.Information, "Pipeline {Pipeline}: plan {Plan} is in force. {Stages}.")]
    private partial void PlanInForce(int pipeline, long plan, string stages);

    [LoggerMessage(LogLevel.Information, "Pipeline {Pipeline}: plan {Plan} was dropped before it came into force; the present plan continues.")]
    private partial void PlanDropped(int pipeline, long plan);

    [LoggerMessage(LogLevel.Warning, "Pipeline {Pipeline}: no plan is possible. {Shortage}")]
    private partial void NoPlan(int pipeline, string shortage);

    [LoggerMessage(LogLevel.Warning, "Pipeline {Pipeline}: {Device} is lost.")]
    private partial void DeviceLost(int pipeline, string device);

    [LoggerMessage(LogLevel.Information,
        "Pipeline {Pipeline}: the loss is recovered in {Milliseconds} ms (plan {PlanMilliseconds} ms, load {LoadMilliseconds} ms, replay {ReplayMilliseconds} ms). Sequences by strategy: journal {Journal}, prefix {Prefix}, full {Full}.")]
    private partial void Recovered(int pipeline, long milliseconds, long planMilliseconds, long loadMilliseconds, long replayMilliseconds, long journal, long prefix, long full);
}
