using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Router;

/// <summary>
/// A change of the plan without a loss. The devices load their layers, pages are copied while the plan in force serves, the plan is saved, and the remaining dirty pages are copied
/// between two steps. The plan is saved while its predecessor still serves, so that no stream waits for the database. A router that is lost in between leaves a saved plan that was
/// never in force; the stages hold the epoch of the plan that was.
/// </summary>
internal sealed class Migration(int self, Outbox<ControlKey> outbox)
{
    private readonly Dictionary<int, List<PageMove>> _moves = []; // by device
    private readonly HashSet<int> _copying = []; // devices

    /// <summary>The next plan; null where none is prepared.</summary>
    public PipelinePlan? Plan { get; private set; }

    /// <summary>The phase: steps of the plan in force are sent (Serving), drained (Boundary), or all complete (Moving).</summary>
    public PlanPhase Phase { get; private set; } = PlanPhase.Serving;

    /// <summary>Whether all requested copies are complete.</summary>
    public bool IsCopied => _copying.Count == 0;

    /// <summary>Starts the migration: asks the devices of a plan to load their layers.</summary>
    public void Begin(PipelinePlan plan, TimeSpan now)
    {
        Plan = plan;
        _moves.Clear();
        foreach (StageAssignment stage in plan.Stages)
        {
            LoadLayers load = new(plan.Epoch, self, stage.Device, stage.Layers);
            outbox.Send(new ControlKey(ControlKeyKind.Load, stage.Device.Device), Address.Device(stage.Device.Device), load, now);
        }
    }

    /// <summary>Drops the plan and the unanswered requests for it.</summary>
    /// <param name="inForce">The plan in force.</param>
    public void Abandon(PipelinePlan inForce)
    {
        foreach (int device in Plan!.Stages.Concat(inForce.Stages).Select(static stage => stage.Device.Device))
        {
            outbox.Remove(new ControlKey(ControlKeyKind.Load, device));
            outbox.Remove(new ControlKey(ControlKeyKind.Copy, device));
            outbox.Remove(new ControlKey(ControlKeyKind.Freeze, device));
        }

        outbox.Remove(new ControlKey(ControlKeyKind.Plan));
        Clear();
    }

    /// <summary>Drops the plan because it is in force, or because a recovery replaces it.</summary>
    public void Clear() => (Plan, Phase) = (null, PlanPhase.Serving);

    /// <summary>Handles a device's answer. When all devices have loaded, requests the copies of pages.</summary>
    /// <returns>Whether copying has started.</returns>
    public bool OnLoaded(LayersLoaded loaded, PipelinePlan inForce, TimeSpan now)
    {
        if (loaded.Epoch != Plan?.Epoch || !outbox.Remove(new ControlKey(ControlKeyKind.Load, loaded.Device.Device))
            || Plan.Stages.Any(stage => outbox.Contains(new ControlKey(ControlKeyKind.Load, stage.Device.Device))))
        {
            return false;
        }

        FindMoves(Plan, inForce);
        _copying.Clear();
        foreach ((int device, List<PageMove> moves) in _moves)
        {
            _copying.Add(device);
            CopyPages copy = new(Plan.Epoch, self, inForce.Epoch, moves);
            outbox.Send(new ControlKey(ControlKeyKind.Copy, device), Address.Device(device), copy, now);
        }

        return true;
    }

    /// <returns>Whether the message completed a requested copy.</returns>
    public bool OnCopied(PagesCopied copied)
    {
        ControlKeyKind asked = copied.Final ? ControlKeyKind.Freeze : ControlKeyKind.Copy;
        return copied.Epoch == Plan?.Epoch && outbox.Remove(new ControlKey(asked, copied.Device.Device)) && _copying.Remove(copied.Device.Device);
    }

    /// <summary>Saves the plan.</summary>
    public void Save(TimeSpan now) => outbox.Send(new ControlKey(ControlKeyKind.Plan), Address.PlanStore, new SavePlan(Plan!), now);

    /// <summary>Handles the saved plan: from here on the steps of the plan in force are drained.</summary>
    public void OnSaved(PlanSaved saved)
    {
        if (saved.Plan.Epoch == Plan?.Epoch && outbox.Remove(new ControlKey(ControlKeyKind.Plan)))
        {
            Phase = PlanPhase.Boundary;
        }
    }

    /// <summary>Requests the pages that have changed since they were copied. All steps must be complete.</summary>
    public void Freeze(long lastStep, TimeSpan now)
    {
        Phase = PlanPhase.Moving;
        foreach (int device in _moves.Keys)
        {
            _copying.Add(device);
            outbox.Send(new ControlKey(ControlKeyKind.Freeze, device), Address.Device(device), new FreezePages(Plan!.Epoch, lastStep), now);
        }
    }

    private void FindMoves(PipelinePlan plan, PipelinePlan inForce)
    {
        for (int layer = 0; layer < plan.Layers; layer++)
        {
            DeviceLife from = inForce.StageWith(layer).Device;
            DeviceLife to = plan.StageWith(layer).Device;
            if (from == to)
            {
                continue;
            }

            if (!_moves.TryGetValue(from.Device, out List<PageMove>? moves))
            {
                _moves[from.Device] = moves = [];
            }

            if (moves.Count > 0 && moves[^1].To == to && moves[^1].Layers.End == layer)
            {
                moves[^1] = moves[^1] with { Layers = moves[^1].Layers with { End = layer + 1 } };
            }
            else
            {
                moves.Add(new PageMove(new LayerRange(layer, layer + 1), to));
            }
        }
    }
}
