using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Router;

/// <summary>Chooses the stages of the next plan from the usable devices, the spares and the refusals.</summary>
internal sealed class StageChooser(int self, Scheduler scheduler, IPlanSource source, IControlPort port, DeviceWatch devices)
{
    private readonly RecoveryPlanner _recovery = new(scheduler, source);
    private readonly LayerRefusals _refusals = new();

    public SpareStages Spares { get; } = new(self, source, port);

    /// <summary>Number of refusals of layers.</summary>
    public long LoadsRefused => _refusals.Count;

    /// <summary>The reason why there are no stages, if it is a lack of memory.</summary>
    public string? Shortage => source.Shortage;

    /// <summary>Returns the last refusal of each device that is a member and has not loaded the layers since.</summary>
    public IReadOnlyList<LayersRefused> Refusals(PipelinePlan? inForce) =>
        [.. _refusals.Last.Where(refused => devices.IsMember(refused.Device) && inForce?.Has(refused.Device, refused.Layers) != true)];

    /// <summary>Returns the stages to which the plan in force is to migrate. Returns null where the plan stays, and then chooses its spares.</summary>
    public IReadOnlyList<StageAssignment>? Better(PipelinePlan inForce)
    {
        IReadOnlyList<StageAssignment>? stages = source.Choose(inForce.Stages, devices.Usable());
        if (stages is not null && !inForce.SameStages(stages) && !stages.Any(IsCrowded))
        {
            return stages;
        }

        List<DeviceLife> idle = [.. devices.Usable().Where(device => !inForce.Has(device)).OrderBy(static device => device.Device)];
        Spares.Choose(inForce, idle, devices.LossesOf, IsCrowded);
        return null;

        bool IsCrowded(StageAssignment stage) => _refusals.IsCrowded(stage, inForce.Epoch);
    }

    /// <summary>Returns the stages after a loss; null where there are too few devices.</summary>
    /// <param name="inForce">The plan whose pages are valid; null where there is none.</param>
    /// <param name="before">The stages before the loss.</param>
    /// <param name="computed">Whether there are pages to keep.</param>
    /// <param name="best">The stages that are likely to follow by a migration.</param>
    public IReadOnlyList<StageAssignment>? AfterLoss(PipelinePlan? inForce, IReadOnlyList<StageAssignment>? before, bool computed, out IReadOnlyList<StageAssignment>? best)
    {
        best = null;
        HashSet<DeviceLife> usable = devices.Usable();
        IReadOnlyList<StageAssignment>? stages = inForce is null ? null : Spares.Switch(inForce, usable);
        if (stages is null)
        {
            best = source.Choose(before, usable);
            stages = best is not null && inForce is not null && computed ? _recovery.Choose(inForce, best, usable) : best;
        }

        if (stages is null && devices.HasDraining)
        {
            // Draining devices are still present, and leave when no plan needs them.
            usable.UnionWith(devices.UsableWhileDraining());
            stages = source.Choose(before, usable);
        }

        return stages;
    }

    /// <summary>Updates the state of the journals for a plan that came into force.</summary>
    /// <param name="inForce">The plan.</param>
    /// <param name="recomputed">Layers that were recomputed for it.</param>
    public void OnPlanInForce(PipelinePlan inForce, List<LayerRange> recomputed) => _recovery.OnPlanInForce(inForce, recomputed);

    /// <param name="refused">The refusal of layers of a plan or of a spare.</param>
    /// <param name="joins">Whether the device cannot join its plan.</param>
    /// <param name="inForce">The plan in force.</param>
    /// <param name="now">The current time.</param>
    public void OnRefused(LayersRefused refused, bool joins, PipelinePlan? inForce, TimeSpan now)
    {
        StageAssignment stage = new(refused.Device, refused.Layers);
        _refusals.Add(refused, now);
        Spares.Remove(stage);
        if (refused.Alone || joins)
        {
            source.Refuse(refused.Device, refused.Layers);
        }
        else
        {
            _refusals.AddCrowded(stage, inForce!.Epoch);
        }
    }

    /// <summary>Forgets the refusals once the last one is old enough, because memory may be free again.</summary>
    /// <returns>Whether refusals were forgotten.</returns>
    public bool ForgetOldRefusals(TimeSpan age, TimeSpan now)
    {
        if (!_refusals.AreOlderThan(age, now))
        {
            return false;
        }

        source.ForgetRefusals();
        return true;
    }
}
