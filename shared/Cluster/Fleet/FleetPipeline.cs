using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Fleet;

/// <summary>Directory's record of a device.</summary>
/// <param name="Device">The device in its current life.</param>
/// <param name="Draining">Whether the device has announced that it will stop.</param>
/// <param name="Pipeline">Pipeline that the device serves; −1: none.</param>
public readonly record struct FleetDevice(DeviceLife Device, bool Draining, int Pipeline);

/// <summary>Directory's record of a pipeline.</summary>
/// <param name="Number">Number of the pipeline.</param>
/// <param name="Known">Whether its router has reported.</param>
/// <param name="Serves">Whether a plan is in force.</param>
/// <param name="Waits">Whether there is no plan and none is being prepared.</param>
/// <param name="Sessions">Active sessions.</param>
/// <param name="Stages">Stages of the plan in force, or of the last one.</param>
public sealed record FleetPipeline(int Number, bool Known, bool Serves, bool Waits, int Sessions, IReadOnlyList<StageAssignment> Stages)
{
    /// <summary>Returns whether removing a device from it would cause a loss.</summary>
    public bool Needs(DeviceLife device) => !Known || (!Waits && Stages.Any(stage => stage.Device == device));
}
