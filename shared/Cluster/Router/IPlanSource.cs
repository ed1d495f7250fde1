using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Router;

/// <summary>Chooses the stages of plans: the planner, with its figures of the devices and the model.</summary>
public interface IPlanSource
{
    /// <summary>Returns the stages for these devices, or null when the devices cannot hold the model.</summary>
    /// <param name="inForce">The current stages, on devices that may be lost; null before the first plan.</param>
    /// <param name="usable">Devices that may be used. If they include all devices of the plan in force, the stages change only for a gain.</param>
    IReadOnlyList<StageAssignment>? Choose(IReadOnlyList<StageAssignment>? inForce, IReadOnlySet<DeviceLife> usable);

    /// <summary>The reason why the last call of <see cref="Choose"/> found no stages; null when it found some, or when the reason is unknown.</summary>
    string? Shortage => null;

    /// <summary>Records that a device had no room for layers although it held no others. Later plans assign fewer layers to it.</summary>
    void Refuse(DeviceLife device, LayerRange layers);

    /// <summary>Forgets the refusals: later plans may assign refused layers again.</summary>
    void ForgetRefusals();

    /// <summary>Returns whether a device has room for layers, so that it can be a spare for them.</summary>
    bool Fits(DeviceLife device, LayerRange layers) => true;
}
