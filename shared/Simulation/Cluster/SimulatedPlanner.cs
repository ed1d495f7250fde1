using OrleansInference.Serving.Control;
using OrleansInference.Serving.Hosting;
using OrleansInference.Simulation.Running;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Plans by simple rules: as many stages as wanted, a lost one replaced by a spare where there is one.</summary>
internal sealed class SimulatedPlanner(Scenario scenario) : IPlanSource
{
    private readonly RefusedLayers _refused = new();

    public IReadOnlyList<StageAssignment>? Choose(IReadOnlyList<StageAssignment>? inForce, IReadOnlySet<DeviceLife> usable)
    {
        int wanted = Math.Min(Math.Min(scenario.Stages, scenario.Layers), usable.Count);
        (wanted, usable) = _refused.Able(scenario.Layers, wanted, usable);
        if (wanted == 0)
        {
            return null;
        }

        Queue<DeviceLife> spares = new(usable.Where(device => inForce?.Any(stage => stage.Device == device) != true).OrderBy(static device => device.Device));
        // Those that serve keep serving, in their order.
        List<DeviceLife> devices = inForce?.Count == wanted
            ? [.. inForce.Select(stage => usable.Contains(stage.Device) ? stage.Device : spares.Dequeue())]
            : [.. inForce?.Select(static stage => stage.Device).Where(usable.Contains).Take(wanted) ?? []];
        while (devices.Count < wanted)
        {
            devices.Add(spares.Dequeue());
        }

        int Border(int stage) => stage * scenario.Layers / wanted;
        return [.. devices.Select((device, stage) => new StageAssignment(device, new LayerRange(Border(stage), Border(stage + 1))))];
    }

    public bool Fits(DeviceLife device, LayerRange layers) => _refused.Fits(device, layers.Count);

    public void Refuse(DeviceLife device, LayerRange layers) => _refused.Add(device, layers.Count);

    public void ForgetRefusals() => _refused.Clear();
}
