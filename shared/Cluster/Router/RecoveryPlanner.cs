using OrleansInference.Cluster.Protocol;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Router;

/// <summary>
/// Chooses the stages after a loss that no spare covers. A better plan may move layers between the remaining stages, whose pages would then be recomputed with the lost ones. Where that
/// costs more, the stages keep their layers and the lost layers are divided between them. The better plan then follows as a migration, which copies pages.
/// </summary>
internal sealed class RecoveryPlanner(Scheduler scheduler, IPlanSource source)
{
    private Dictionary<int, long> _boundaries = []; // by layer whose input is kept: the last step whose input the journal lacks

    /// <summary>Returns the stages to recover with.</summary>
    /// <param name="inForce">The plan whose devices were lost.</param>
    /// <param name="better">The stages that the source chose.</param>
    /// <param name="usable">Devices that may be used.</param>
    public IReadOnlyList<StageAssignment> Choose(PipelinePlan inForce, IReadOnlyList<StageAssignment> better, HashSet<DeviceLife> usable)
    {
        bool keeps = inForce.Stages.All(
            stage => !usable.Contains(stage.Device) || better.Any(other => other.Device == stage.Device && other.Layers.Contains(stage.Layers)));
        if (keeps)
        {
            return better;
        }

        List<StageAssignment>? extended = Extend([.. inForce.Stages.Where(stage => usable.Contains(stage.Device))], inForce.Layers);
        return extended is not null && RecomputedLayers(inForce, extended) <= RecomputedLayers(inForce, better) ? extended : better;
    }

    /// <summary>Returns the device that kept the input of some layers under the plan in force and also has the layer before them in another plan; null where there is none.</summary>
    public static DeviceLife? JournalBefore(PipelinePlan? inForce, LayerRange range, PipelinePlan plan)
    {
        if (range.First == 0)
        {
            return null;
        }

        DeviceLife before = plan.StageWith(range.First - 1).Device;
        return inForce?.KeepsBefore(range.First) == true && inForce.StageWith(range.First - 1).Device == before ? before : null;
    }

    /// <summary>Updates the state of the journals for a plan that came into force. Journals move with their layers, and are complete where the layer before was recomputed.</summary>
    public void OnPlanInForce(PipelinePlan inForce, List<LayerRange> recomputed)
    {
        Dictionary<int, long> before = _boundaries;
        _boundaries = Enumerable.Range(1, inForce.Layers - 1).Where(inForce.KeepsBefore).ToDictionary(
            static layer => layer, layer => recomputed.Exists(range => range.Contains(layer - 1)) ? 0 : before.GetValueOrDefault(layer, scheduler.LastStep));
    }

    /// <summary>Returns the number of layers that the stage with the most recomputation recomputes.</summary>
    private int RecomputedLayers(PipelinePlan inForce, IReadOnlyList<StageAssignment> stages)
    {
        PipelinePlan plan = new(inForce.Epoch, inForce.Router, stages);
        List<LayerRange> missing = new LayerRange(0, plan.Layers).RunsWhere(layer => inForce.StageWith(layer).Device != plan.StageWith(layer).Device);
        List<LayerRange> computed = missing.TrueForAll(range => IsJournalLikely(inForce, plan, range)) ? missing : [new LayerRange(0, missing[^1].End)];
        return stages.Max(stage => computed.Sum(range => Math.Max(0, Math.Min(range.End, stage.Layers.End) - Math.Max(range.First, stage.Layers.First))));
    }

    /// <summary>Estimates, without a request to its device, whether the journal before some layers holds most of the running tokens.</summary>
    private bool IsJournalLikely(PipelinePlan inForce, PipelinePlan plan, LayerRange range)
    {
        if (JournalBefore(inForce, range, plan) is null)
        {
            return false;
        }

        long since = _boundaries.GetValueOrDefault(range.First);
        return scheduler.Running.Sum(sequence => sequence.Since >= since ? sequence.Computed : -sequence.Computed) >= 0;
    }

    /// <returns>The stages with the lost layers divided between them; null where a device has no room.</returns>
    private List<StageAssignment>? Extend(List<StageAssignment> stages, int layers)
    {
        for (int i = 0; i < stages.Count; i++)
        {
            LayerRange range = stages[i].Layers;
            int first = i == 0 ? 0 : stages[i - 1].Layers.End;
            int next = i + 1 < stages.Count ? stages[i + 1].Layers.First : layers;
            int end = i + 1 < stages.Count ? Boundary(first, next, stages[i + 1].Layers.End) : layers;
            stages[i] = stages[i] with { Layers = new LayerRange(first, Math.Max(end, range.End)) };
            if (!source.Fits(stages[i].Device, stages[i].Layers))
            {
                return null;
            }
        }

        return stages.Count > 0 ? stages : null;

        // Divides the lost layers between two stages so that the two are as even as possible.
        static int Boundary(int first, int next, int end) => Math.Min(next, (first + end) / 2);
    }
}
