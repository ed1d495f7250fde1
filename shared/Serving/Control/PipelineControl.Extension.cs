namespace OrleansInference.Serving.Control;

/// <summary>
/// The plan after a loss that no spare makes good: a better one may move layers between stages that are left, whose pages would then be computed again with those that are lost. So the
/// stages keep what they have and take the lost layers between them; the better plan follows as a migration, with the pages copied.
/// </summary>
internal sealed partial class PipelineControl
{
    /// <summary>The plan to recover with.</summary>
    /// <param name="better">What the source chose.</param>
    /// <param name="usable">Devices that may be used.</param>
    private IReadOnlyList<StageAssignment>? KeepPages(IReadOnlyList<StageAssignment>? better, HashSet<DeviceLife> usable)
    {
        if (better is null || _inForce is null || Keeps(better) || (_inherited is null && !_router.Running.Any(static sequence => sequence.Computed > 0)))
        {
            return better;
        }

        return Extend([.. _inForce.Stages.Where(stage => usable.Contains(stage.Device))], _inForce.Layers) ?? better;

        bool Keeps(IReadOnlyList<StageAssignment> stages) => _inForce.Stages.All(
            stage => !usable.Contains(stage.Device) || stages.Any(other => other.Device == stage.Device && other.Layers.First <= stage.Layers.First && stage.Layers.End <= other.Layers.End));
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
