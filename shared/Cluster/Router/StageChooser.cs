using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Router;

/// <summary>Chooses the stages of the next plan, from the devices that can be used, their spares and what they refused.</summary>
internal sealed class StageChooser(int self, Scheduler scheduler, IPlanSource source, IControlPort port, DeviceWatch devices)
{
    private readonly RecoveryPlanner _recovery = new(scheduler, source);
    private readonly LayerRefusals _refusals = new();

    public SpareStages Spares { get; } = new(self, source, port);

    /// <summary>How often layers were refused.</summary>
    public long LoadsRefused => _refusals.Count;

    /// <summary>Why there are no stages, if that is for lack of memory.</summary>
    public string? Shortage => source.Shortage;

    /// <summary>The last refusal of each device that is present and has not taken the layers since.</summary>
    public IReadOnlyList<LayersRefused> Refusals(PipelinePlan? inForce) =>
        [.. _refusals.Last.Where(refused => devices.IsMember(refused.Device) && inForce?.Has(refused.Device, refused.Layers) != true)];

    /// <summary>The stages to which the plan in force is to migrate; null where it stays, and spares are chosen for it.</summary>
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

    /// <summary>The stages after a loss; null where there are too few devices.</summary>
    /// <param name="inForce">The plan whose pages are kept; null where there is none.</param>
    /// <param name="before">The stages before.</param>
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
            // Devices that drain are still present, and go when they are no longer needed.
            usable.UnionWith(devices.UsableWhileDraining());
            stages = source.Choose(before, usable);
        }

        return stages;
    }

    /// <summary>A plan came into force.</summary>
    /// <param name="inForce">The plan.</param>
    /// <param name="computedAgain">Layers that were computed again for it.</param>
    public void OnPlanInForce(PipelinePlan inForce, List<LayerRange> computedAgain) => _recovery.OnPlanInForce(inForce, computedAgain);

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

    /// <summary>Forgets refusals that are old enough, since memory may be free again.</summary>
    /// <returns>Whether there were any.</returns>
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
