namespace OrleansInference.Serving.Control;

/// <summary>
/// The plan after a loss that no spare makes good: a better one may move layers between stages that are left, whose pages would then be computed again with those that are lost. So where
/// less is computed then, the stages keep what they have and take the lost layers between them; the better plan follows as a migration, with the pages copied.
/// </summary>
internal sealed partial class PipelineControl
{
    private Dictionary<int, long> _borders = []; // layers before which hidden states are kept: the last step before which nothing is there

    /// <summary>The plan to recover with.</summary>
    /// <param name="better">What the source chose.</param>
    /// <param name="usable">Devices that may be used.</param>
    private IReadOnlyList<StageAssignment>? KeepPages(IReadOnlyList<StageAssignment>? better, HashSet<DeviceLife> usable)
    {
        if (better is null || _inForce is null || Keeps(better) || (_inherited is null && !_router.Running.Any(static sequence => sequence.Computed > 0)))
        {
            return better;
        }

        List<StageAssignment>? extended = Extend([.. _inForce.Stages.Where(stage => usable.Contains(stage.Device))], _inForce.Layers);
        return extended is not null && ComputedAgain(extended) <= ComputedAgain(better) ? extended : better;

        bool Keeps(IReadOnlyList<StageAssignment> stages) => _inForce.Stages.All(
            stage => !usable.Contains(stage.Device) || stages.Any(other => other.Device == stage.Device && other.Layers.Contains(stage.Layers)));
    }

    /// <summary>Layers that are computed again by the stage that has most of that to do.</summary>
    private int ComputedAgain(IReadOnlyList<StageAssignment> stages)
    {
        PipelinePlan plan = new(_epoch, _self, stages);
        List<LayerRange> missing = new LayerRange(0, plan.Layers).RunsWhere(layer => _inForce!.StageWith(layer).Device != plan.StageWith(layer).Device);
        List<LayerRange> computed = missing.TrueForAll(range => JournalIsLikely(plan, range)) ? missing : [new LayerRange(0, missing[^1].End)];
        return stages.Max(stage => computed.Sum(range => Math.Max(0, Math.Min(range.End, stage.Layers.End) - Math.Max(range.First, stage.Layers.First))));
    }

    /// <summary>Whether the journal before some layers has most of what is running, as far as can be told without asking.</summary>
    private bool JournalIsLikely(PipelinePlan plan, LayerRange range)
    {
        if (JournalBefore(range, plan) is null)
        {
            return false;
        }

        long since = _borders.GetValueOrDefault(range.First);
        return _router.Running.Sum(sequence => sequence.Since >= since ? sequence.Computed : -sequence.Computed) >= 0;
    }

    /// <summary>The device that has kept, under the plan in force, what went into some layers, and has the layer before them in another plan too; null where there is none.</summary>
    private DeviceLife? JournalBefore(LayerRange range, PipelinePlan plan)
    {
        if (range.First == 0)
        {
            return null;
        }

        DeviceLife before = plan.StageWith(range.First - 1).Device;
        return _inForce?.KeepsBefore(range.First) == true && _inForce.StageWith(range.First - 1).Device == before ? before : null;
    }

    /// <summary>What is kept goes along with layers that move, and is there again where the layer before was computed again.</summary>
    private void NoteBorders()
    {
        Dictionary<int, long> before = _borders;
        _borders = Enumerable.Range(1, _inForce!.Layers - 1).Where(_inForce.KeepsBefore).ToDictionary(
            static layer => layer, layer => _missing.Exists(range => range.Contains(layer - 1)) ? 0 : before.GetValueOrDefault(layer, _router.LastStep));
    }

    /// <returns>Null where one of them has no room.</returns>
    private List<StageAssignment>? Extend(List<StageAssignment> stages, int layers)
    {
        for (int i = 0; i < stages.Count; i++)
        {
            LayerRange range = stages[i].Layers;
            int first = i == 0 ? 0 : stages[i - 1].Layers.End;
            int next = i + 1 < stages.Count ? stages[i + 1].Layers.First : layers;
            int end = i + 1 < stages.Count ? Border(first, next, stages[i + 1].Layers.End) : layers;
            stages[i] = stages[i] with { Layers = new LayerRange(first, Math.Max(end, range.End)) };
            if (!_source.Fits(stages[i].Device, stages[i].Layers))
            {
                return null;
            }
        }

        return stages.Count > 0 ? stages : null;

        // Between two stages, so that they come out as even as can be.
        static int Border(int first, int next, int end) => Math.Min(next, (first + end) / 2);
    }
}
