using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Router;

/// <summary>Where plans come from: the planner, with what it knows of devices and the model.</summary>
internal interface IPlanSource
{
    /// <summary>The stages for these devices; null when they cannot hold the model.</summary>
    /// <param name="inForce">The stages as they are, on devices that may be lost; null before the first plan.</param>
    /// <param name="usable">Devices that may be used. A plan in force whose devices all are changes only for a gain.</param>
    IReadOnlyList<StageAssignment>? Choose(IReadOnlyList<StageAssignment>? inForce, IReadOnlySet<DeviceLife> usable);

    /// <summary>Why <see cref="Choose"/> last found nothing; null when it found something, or does not know.</summary>
    string? Shortage => null;

    /// <summary>A device had no room for layers, with nothing else on it: it is given fewer from now on.</summary>
    void Refuse(DeviceLife device, LayerRange layers);

    /// <summary>From now on devices may be given again what they refused.</summary>
    void ForgetRefusals();

    /// <summary>Whether a device has room for layers, so that it can be a spare for them.</summary>
    bool Fits(DeviceLife device, LayerRange layers) => true;
}
