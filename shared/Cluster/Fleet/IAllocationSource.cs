using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Fleet;

/// <summary>Source of device allocations.</summary>
public interface IAllocationSource
{
    /// <summary>Assigns each device a pipeline.</summary>
    /// <param name="pipelines">Pipelines to keep, with their state if known.</param>
    /// <param name="current">Current allocation. Its devices in pipelines that are not kept are free.</param>
    /// <param name="usable">Devices that may be used; at least one.</param>
    /// <param name="most">Maximum number of pipelines; at least one.</param>
    IReadOnlyList<DeviceSlot> Allocate(IReadOnlyList<FleetPipeline> pipelines, DeviceAllocation current, IReadOnlySet<DeviceLife> usable, int most);

    /// <summary>Returns the steps per second of a pipeline, or another measure to compare pipelines.</summary>
    double RateOf(IReadOnlyList<StageAssignment> stages);
}
