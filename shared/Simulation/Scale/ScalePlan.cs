using OrleansInference.Cluster.Planning;

namespace OrleansInference.Simulation.Scale;

/// <summary>Stage: its layers and its device.</summary>
internal readonly record struct ScaleStage(int First, int End, DeviceDescription Device)
{
    public int Layers => End - First;
}

/// <summary>Pipelines of the planner for a fleet. A fleet of more than <see cref="CellDevices"/> devices is planned in cells of equal composition.</summary>
internal sealed class ScalePlan
{
    private const int CellDevices = 500;

    private ScalePlan(List<ScaleStage[]> pipelines, double gap) => (Pipelines, Gap) = (pipelines, gap);

    public IReadOnlyList<ScaleStage[]> Pipelines { get; }

    /// <summary>Upper bound on how far the optimum lies above the plan, over all cells.</summary>
    public double Gap { get; }

    /// <exception cref="Models.InferenceException"><see cref="Models.ErrorCode.OutOfMemory"/>: the model does not fit.</exception>
    public static ScalePlan Create(ScaleOptions options, ScaleModel model)
    {
        int devices = options.Devices - options.SpareDevices;
        int cells = (devices + CellDevices - 1) / CellDevices;
        Planner planner = new(model.Cost, new PlannerOptions
        {
            StepTokens = options.Batch,
            KvTokens = options.Batch * Math.Max(1, options.Context + options.Prompt + (options.Generate / 2)),
            DefaultLink = new LinkDescription(TimeSpan.FromMicroseconds(options.LatencyMicroseconds), options.Link * 1e9),
        });
        List<ScaleStage[]> pipelines = [];
        Dictionary<int, PlanOutcome> known = [];
        double gap = 0;
        for (int cell = 0; cell < cells; cell++)
        {
            int count = ((cell + 1) * devices / cells) - (cell * devices / cells);
            DeviceDescription[] members = [.. Enumerable.Range(0, count).Select(index => Describe(options, index))];
            if (!known.TryGetValue(count, out PlanOutcome? outcome))
            {
                known.Add(count, outcome = planner.Create(members));
            }

            Dictionary<string, DeviceDescription> byId = members.ToDictionary(static device => device.Id);
            gap = Math.Max(gap, outcome.Gap);
            pipelines.AddRange(outcome.Plan.Pipelines.Select(pipeline =>
                pipeline.Stages.Select(stage => new ScaleStage(stage.FirstLayer, stage.EndLayer, byId[stage.Device])).ToArray()));
        }

        return new ScalePlan(pipelines, gap);
    }

    private static DeviceDescription Describe(ScaleOptions options, int index)
    {
        double speed = (index + 1) * options.SlowShare >= Math.Floor(index * options.SlowShare) + 1 ? 0.5 : 1;
        return new DeviceDescription
        {
            Id = $"device{index}",
            Node = $"node{index / options.DevicesPerNode}",
            MemoryBytes = (long)(options.MemoryGigabytes * 1e9),
            ReadBandwidth = options.Bandwidth * 1e9 * speed,
            ArithmeticRate = options.Teraflops * 1e12 * speed,
        };
    }
}
