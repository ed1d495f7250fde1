using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Fleet;

/// <summary>A device as the directory knows it.</summary>
/// <param name="Device">Which one, in which life.</param>
/// <param name="Draining">Whether it is going to stop.</param>
/// <param name="Pipeline">The pipeline that it serves; −1: none.</param>
internal readonly record struct FleetDevice(DeviceLife Device, bool Draining, int Pipeline);

/// <summary>A pipeline as the directory knows it.</summary>
/// <param name="Number">Which one.</param>
/// <param name="Known">Whether its router has said anything yet.</param>
/// <param name="Serves">Whether a plan is in force.</param>
/// <param name="Waits">Whether there is no plan, nor one on the way.</param>
/// <param name="Sessions">Under way.</param>
/// <param name="Stages">Of the plan in force, or of the last one.</param>
internal sealed record FleetPipeline(int Number, bool Known, bool Serves, bool Waits, int Sessions, IReadOnlyList<StageAssignment> Stages)
{
    /// <summary>Whether a device cannot be taken from it without a loss.</summary>
    public bool Needs(DeviceLife device) => !Known || (!Waits && Stages.Any(stage => stage.Device == device));
}
