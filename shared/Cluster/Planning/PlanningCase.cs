namespace OrleansInference.Cluster.Planning;

/// <summary>Usable devices, with the layers that each holds under the plan in force.</summary>
internal sealed class PlanningCase
{
    private readonly (int First, int End)[] _held;
    private readonly long[] _hops; // [from, to]

    public PlanningCase(StageCosts costs, DeviceDescription[] devices, Plan? inForce)
    {
        Costs = costs;
        Devices = devices;
        Figures = [.. devices.Select(DeviceFigures.Of)];
        _held = new (int, int)[devices.Length];
        _hops = new long[devices.Length * devices.Length];
        for (int from = 0; from < devices.Length; from++)
        {
            for (int to = 0; to < devices.Length; to++)
                _hops[(from * devices.Length) + to] = costs.Hop(devices[from], devices[to]);
        }

        for (int index = 0; index < devices.Length; index++)
            Indices.Add(devices[index].Id, index);
        foreach (PlannedStage stage in inForce?.Pipelines.SelectMany(pipeline => pipeline.Stages) ?? [])
        {
            if (Indices.TryGetValue(stage.Device, out int index))
                _held[index] = (stage.FirstLayer, stage.EndLayer);
        }
    }

    public StageCosts Costs { get; }

    public DeviceDescription[] Devices { get; }

    public DeviceFigures[] Figures { get; }

    public Dictionary<string, int> Indices { get; } = new(StringComparer.Ordinal);

    public long Hop(int from, int to) => _hops[(from * Devices.Length) + to];

    /// <summary>Bytes of weights that a device must load for a run of layers.</summary>
    public long BytesToMove(int device, int first, int end) => Costs.WeightBytes(first, end) - BytesHeld(device, first, end);

    /// <summary>Bytes of weights of a run of layers that a device already holds.</summary>
    public long BytesHeld(int device, int first, int end) => Costs.WeightBytes(Math.Max(first, _held[device].First), Math.Min(end, _held[device].End));

    /// <summary>First layer that a device holds; devices without layers sort last.</summary>
    public int FirstHeld(int device) => _held[device].End == 0 ? int.MaxValue : _held[device].First;

    public Pipeline Describe(IEnumerable<(int Device, int First, int End)> stages) =>
        new([.. stages.Select(stage => new PlannedStage(Devices[stage.Device].Id, stage.First, stage.End))]);
}
