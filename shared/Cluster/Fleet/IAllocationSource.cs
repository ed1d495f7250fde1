using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Fleet;

/// <summary>Where divisions of the devices come from.</summary>
internal interface IAllocationSource
{
    /// <summary>Gives each device a pipeline.</summary>
    /// <param name="pipelines">Those that are to go on, as they are, where that is known.</param>
    /// <param name="current">As the devices are divided now. Devices that it has in pipelines that are not to go on are free.</param>
    /// <param name="usable">Devices that may be used, at least one.</param>
    /// <param name="most">Pipelines at most, at least one.</param>
    IReadOnlyList<DeviceSlot> Divide(IReadOnlyList<FleetPipeline> pipelines, DeviceAllocation current, IReadOnlySet<DeviceLife> usable, int most);

    /// <summary>Steps a second that a pipeline can make, or another measure that compares pipelines.</summary>
    double RateOf(IReadOnlyList<StageAssignment> stages);
}
