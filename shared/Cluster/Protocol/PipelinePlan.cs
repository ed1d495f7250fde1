namespace OrleansInference.Cluster.Protocol;

/// <summary>Stage of a plan: a device and its layers.</summary>
public readonly record struct StageAssignment(DeviceLife Device, LayerRange Layers);

/// <summary>Plan of one pipeline: its stages cover the model's layers in order and without a gap, each on a device of its own.</summary>
/// <param name="Epoch">Epoch of the plan; no two plans that were ever in force have the same one.</param>
/// <param name="Router">Activation of the router that made it: stages answer to it alone.</param>
/// <param name="Stages">Stages, first to last.</param>
public sealed record PipelinePlan(long Epoch, int Router, IReadOnlyList<StageAssignment> Stages)
{
    public int Layers => Stages[^1].Layers.End;

    /// <summary>Fraction of the layers in the largest stage.</summary>
    public double LargestShare => (double)Stages.Max(static stage => stage.Layers.Count) / Layers;

    public int Pipeline => RouterNumbers.PipelineOf(Router);

    /// <summary>
    /// Layers whose input hidden states are kept for a recovery, in addition to the first layers of the stages. Stages of earlier plans began there, and are
    /// likely to begin there again. The latest comes first.
    /// </summary>
    public IReadOnlyList<int> Boundaries { get; init; } = [];

    /// <summary>Whether the input hidden states of a layer are kept.</summary>
    public bool KeepsBefore(int layer) => Boundaries.Contains(layer) || Stages.Any(stage => layer > 0 && stage.Layers.First == layer);

    /// <summary>Whether a device runs a stage in its present life.</summary>
    public bool Has(DeviceLife device) => Stages.Any(stage => stage.Device == device);

    /// <summary>Whether a device runs a stage with these layers.</summary>
    public bool Has(DeviceLife device, LayerRange layers) => Stages.Any(stage => stage.Device == device && stage.Layers.Contains(layers));

    /// <summary>Index of the stage that a device runs; −1: none.</summary>
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

    /// <summary>Returns the stage that runs a layer.</summary>
    public StageAssignment StageWith(int layer)
    {
        int stage = 0;
        while (!Stages[stage].Layers.Contains(layer))
        {
            stage++;
        }

        return Stages[stage];
    }

    /// <summary>Returns the same stages as a new plan of a later router.</summary>
    public PipelinePlan Again(int router) => this with { Epoch = Epochs.After(Epoch, router), Router = router };

    /// <summary>Whether another plan runs the same layers on the same devices in the same lives.</summary>
    public bool SameStages(IReadOnlyList<StageAssignment> stages) => Stages.SequenceEqual(stages);

    public override string ToString() => $"epoch {Epochs.Describe(Epoch)}: {string.Join(" ", Stages.Select(stage => $"{stage.Layers}@{stage.Device}"))}";
}
