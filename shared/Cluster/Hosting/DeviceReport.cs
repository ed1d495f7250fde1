using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Stage;

namespace OrleansInference.Cluster.Hosting;

/// <summary>A device's part in its pipeline, as of one moment: what other threads read in place of the machine, whose fields change one after the other.</summary>
/// <param name="Pipeline">The pipeline that it serves; −1: none yet.</param>
/// <param name="LatestRouter">The latest router of the pipeline that it knows.</param>
/// <param name="Epoch">Of the plan in force there.</param>
/// <param name="Layers">Layers that run there; none before the first plan.</param>
internal sealed record DeviceReport(int Pipeline, int LatestRouter, long Epoch, LayerRange Layers)
{
    /// <summary>As the machine is now; on its thread.</summary>
    public static DeviceReport Of(StageActor machine) => new(machine.Pipeline, machine.LatestRouter, machine.Epoch, machine.Layers);

    /// <summary>Whether the machine is still as it was; on its thread.</summary>
    public bool IsOf(StageActor machine) => Pipeline == machine.Pipeline && LatestRouter == machine.LatestRouter && Epoch == machine.Epoch && Layers == machine.Layers;
}
