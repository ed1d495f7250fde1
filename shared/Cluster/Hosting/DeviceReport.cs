using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Stage;

namespace OrleansInference.Cluster.Hosting;

/// <summary>State of a device in its pipeline at one moment. Other threads read it instead of the actor, whose fields change one after the other.</summary>
/// <param name="Pipeline">Pipeline that the device serves; −1: none yet.</param>
/// <param name="LatestRouter">Latest router of the pipeline that the device knows.</param>
/// <param name="Epoch">Epoch of the plan in force on the device.</param>
/// <param name="Layers">Layers that run on the device; none before the first plan.</param>
public sealed record DeviceReport(int Pipeline, int LatestRouter, long Epoch, LayerRange Layers)
{
    /// <summary>Reads the actor's current state. Runs on the actor's thread.</summary>
    public static DeviceReport Of(StageActor actor) => new(actor.Pipeline, actor.LatestRouter, actor.Epoch, actor.Layers);

    /// <summary>Whether the actor's state is unchanged. Runs on the actor's thread.</summary>
    public bool IsOf(StageActor actor) => Pipeline == actor.Pipeline && LatestRouter == actor.LatestRouter && Epoch == actor.Epoch && Layers == actor.Layers;
}
