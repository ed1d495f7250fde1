using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Router;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Plans a fixed number of stages of similar length over any devices. Serving devices keep their position.</summary>
/// <param name="layers">Number of layers of the model.</param>
/// <param name="stages">Number of stages; fewer if there are fewer devices.</param>
public sealed partial class EvenPlanSource(int layers, int stages) : IPlanSource
{
    private readonly RefusedLayers _refused = new();

    public IReadOnlyList<StageAssignment>? Choose(IReadOnlyList<StageAssignment>? inForce, IReadOnlySet<DeviceLife> usable)
    {
        int wanted = Math.Min(Math.Min(stages, layers), usable.Count);
        (wanted, usable) = _refused.Able(layers, wanted, usable);
        if (wanted == 0)
        {
            return null;
        }

        Queue<DeviceLife> free = new(usable.Where(device => inForce?.Any(stage => stage.Device == device) != true).OrderBy(static device => device.Device));
        List<DeviceLife> devices = inForce?.Count == wanted
            ? [.. inForce.Select(stage => usable.Contains(stage.Device) ? stage.Device : free.Dequeue())]
            : [.. inForce?.Select(static stage => stage.Device).Where(usable.Contains).Take(wanted) ?? []];
        while (devices.Count < wanted)
        {
            devices.Add(free.Dequeue());
        }

        return [.. devices.Select((device, stage) => new StageAssignment(device, new LayerRange(stage * layers / wanted, (stage + 1) * layers / wanted)))];
    }

    public bool Fits(DeviceLife device, LayerRange layers) => _refused.Fits(device, layers.Count);

    public void Refuse(DeviceLife device, LayerRange layers) => _refused.Add(device, layers.Count);

    public void ForgetRefusals() => _refused.Clear();
}
