using OrleansInference.Cluster.Protocol;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Router;

/// <summary>
/// Chooses the stages after a loss that no spare makes good. A better plan may move layers between stages that are left, whose pages would be computed again with the lost ones. Where that
/// costs more, the stages keep their layers and take the lost ones between them; the better plan follows as a migration, which copies pages.
/// </summary>
internal sealed class RecoveryPlanner(Scheduler scheduler, IPlanSource source)
{
    private Dictionary<int, long> _boundaries = []; // layers whose input is kept: the last step before which nothing is kept

    /// <summary>The stages to recover with.</summary>
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
        return extended is not null && LayersComputedAgain(inForce, extended) <= LayersComputedAgain(inForce, better) ? extended : better;
    }

    /// <summary>The device that kept the input of some layers under the plan in force, and has the layer before them in another plan too; null where there is none.</summary>
    public static DeviceLife? JournalBefore(PipelinePlan? inForce, LayerRange range, PipelinePlan plan)
    {
        if (range.First == 0)
        {
            return null;
        }

        DeviceLife before = plan.StageWith(range.First - 1).Device;
        return inForce?.KeepsBefore(range.First) == true && inForce.StageWith(range.First - 1).Device == before ? before : null;
    }

    /// <summary>A plan came into force. Journals move with their layers, and are complete where the layer before was computed again.</summary>
    public void OnPlanInForce(PipelinePlan inForce, List<LayerRange> computedAgain)
    {
        Dictionary<int, long> before = _boundaries;
        _boundaries = Enumerable.Range(1, inForce.Layers - 1).Where(inForce.KeepsBefore).ToDictionary(
            static layer => layer, layer => computedAgain.Exists(range => range.Contains(layer - 1)) ? 0 : before.GetValueOrDefault(layer, scheduler.LastStep));
    }

    /// <summary>Layers that are computed again by the stage that has most of that to do.</summary>
    private int LayersComputedAgain(PipelinePlan inForce, IReadOnlyList<StageAssignment> stages)
    {
        PipelinePlan plan = new(inForce.Epoch, inForce.Router, stages);
        List<LayerRange> missing = new LayerRange(0, plan.Layers).RunsWhere(layer => inForce.StageWith(layer).Device != plan.StageWith(layer).Device);
        List<LayerRange> computed = missing.TrueForAll(range => JournalIsLikely(inForce, plan, range)) ? missing : [new LayerRange(0, missing[^1].End)];
        return stages.Max(stage => computed.Sum(range => Math.Max(0, Math.Min(range.End, stage.Layers.End) - Math.Max(range.First, stage.Layers.First))));
    }

    /// <summary>Whether the journal before some layers holds most of the running tokens, judged without a request to its device.</summary>
    private bool JournalIsLikely(PipelinePlan inForce, PipelinePlan plan, LayerRange range)
    {
        if (JournalBefore(inForce, range, plan) is null)
        {
            return false;
        }

        long since = _boundaries.GetValueOrDefault(range.First);
        return scheduler.Running.Sum(sequence => sequence.Since >= since ? sequence.Computed : -sequence.Computed) >= 0;
    }

    /// <returns>Null where one of them has no room.</returns>
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

        // Between two stages, so that they come out as even as can be.
        static int Boundary(int first, int next, int end) => Math.Min(next, (first + end) / 2);
    }
}
