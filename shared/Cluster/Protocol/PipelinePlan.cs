namespace OrleansInference.Cluster.Protocol;

/// <summary>One stage of a plan in force: which layers run where.</summary>
internal readonly record struct StageAssignment(DeviceLife Device, LayerRange Layers);

/// <summary>The plan of one pipeline: its stages cover the model's layers without a gap, first to last, each on a device of its own.</summary>
/// <param name="Epoch">Counts plans; no two plans that were ever in force share one.</param>
/// <param name="Router">Which activation of the router made it: stages answer to it alone.</param>
/// <param name="Stages">First to last.</param>
internal sealed record PipelinePlan(long Epoch, int Router, IReadOnlyList<StageAssignment> Stages)
{
    public int Layers => Stages[^1].Layers.End;

    public int Pipeline => RouterNumbers.PipelineOf(Router);

    /// <summary>
    /// Layers before which hidden states are kept for a recovery, beside those that a stage begins with: where stages began in plans before, and are likely to begin again. The
    /// latest first.
    /// </summary>
    public IReadOnlyList<int> Boundaries { get; init; } = [];

    /// <summary>Whether the hidden states that go into a layer are kept.</summary>
    public bool KeepsBefore(int layer) => Boundaries.Contains(layer) || Stages.Any(stage => layer > 0 && stage.Layers.First == layer);

    /// <summary>Whether a device runs a stage, in its present life.</summary>
    public bool Has(DeviceLife device) => Stages.Any(stage => stage.Device == device);

    /// <summary>Whether a device runs a stage with these layers.</summary>
    public bool Has(DeviceLife device, LayerRange layers) => Stages.Any(stage => stage.Device == device && stage.Layers.Contains(layers));

    /// <summary>The stage that a device runs, or −1.</summary>
    public int StageOf(int device)
    {
        for (int stage = 0; stage < Stages.Count; stage++)
        {
            if (Stages[stage].Device.Device == device)
            {
                return stage;
            }
        }

        return -1;
    }

    /// <summary>The stage that runs a layer.</summary>
    public StageAssignment StageWith(int layer)
    {
        int stage = 0;
        while (!Stages[stage].Layers.Contains(layer))
        {
            stage++;
        }

        return Stages[stage];
    }

    /// <summary>The same stages, to be put in force again by a later router.</summary>
    public PipelinePlan Again(int router) => this with { Epoch = Epochs.After(Epoch, router), Router = router };

    /// <summary>Whether another plan runs the same layers on the same devices in the same life.</summary>
    public bool SameStages(IReadOnlyList<StageAssignment> stages) => Stages.SequenceEqual(stages);

    public override string ToString() => $"epoch {Epochs.Describe(Epoch)}: {string.Join(" ", Stages.Select(stage => $"{stage.Layers}@{stage.Device}"))}";
}
