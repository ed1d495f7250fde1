namespace OrleansInference.Serving.Control;

/// <summary>
/// Changing plans without a loss: load, copy while serving, save the plan, and at a step border copy what is still dirty. The plan is saved while the one before still serves, so that no
/// stream waits for the database. A router that is lost meanwhile leaves a plan that was never in force: stages tell the next router which one was.
/// </summary>
internal sealed partial class PipelineControl
{
    private readonly Dictionary<int, List<PageMove>> _moves = [];
    private readonly HashSet<int> _copying = [];
    private PipelinePlan? _migration;

    private void Migrate(IReadOnlyList<StageAssignment> stages)
    {
        _migration = NextPlan(stages);
        Events?.OnPlanMade(_migration, PlanReason.Change);
        _moves.Clear();
        foreach (StageAssignment stage in stages)
        {
            _heard[stage.Device.Device] = _now;
            LoadLayers load = new(_migration.Epoch, _self, stage.Device, stage.Layers);
            _outbox.Send(new ControlKey(ControlKeyKind.Load, stage.Device.Device), Address.Device(stage.Device.Device), load, _now);
        }
    }

    private void AbandonMigration()
    {
        foreach (int device in _migration!.Stages.Concat(_inForce!.Stages).Select(static stage => stage.Device.Device))
        {
            _outbox.Remove(new ControlKey(ControlKeyKind.Load, device));
            _outbox.Remove(new ControlKey(ControlKeyKind.Copy, device));
            _outbox.Remove(new ControlKey(ControlKeyKind.Freeze, device));
        }

        _outbox.Remove(new ControlKey(ControlKeyKind.Plan));
        Events?.OnPlanDropped(_migration);
        _migration = null;
        Phase = ControlPhase.Serving;
        Replan();
    }

    private void Heard(LayersLoaded loaded)
    {
        if (loaded.Epoch != _migration?.Epoch || !_outbox.Remove(new ControlKey(ControlKeyKind.Load, loaded.Device.Device)))
        {
            return;
        }

        if (_migration.Stages.All(stage => !_outbox.Contains(new ControlKey(ControlKeyKind.Load, stage.Device.Device))))
        {
            FindMoves();
            _copying.Clear();
            foreach ((int device, List<PageMove> moves) in _moves)
            {
                _copying.Add(device);
                CopyPages copy = new(_migration.Epoch, _self, _inForce!.Epoch, moves);
                _outbox.Send(new ControlKey(ControlKeyKind.Copy, device), Address.Device(device), copy, _now);
            }

            EndCopying();
        }
    }

    private void FindMoves()
    {
        for (int layer = 0; layer < _migration!.Layers; layer++)
        {
            DeviceLife from = _inForce!.StageWith(layer).Device;
            DeviceLife to = _migration.StageWith(layer).Device;
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

    private void Heard(PagesCopied copied)
    {
        if (copied.Epoch != _migration?.Epoch)
        {
            return;
        }

        if (!copied.Final && _outbox.Remove(new ControlKey(ControlKeyKind.Copy, copied.Device.Device)))
        {
            _copying.Remove(copied.Device.Device);
            EndCopying();
        }
        else if (copied.Final && Phase == ControlPhase.Moving && _outbox.Remove(new ControlKey(ControlKeyKind.Freeze, copied.Device.Device)))
        {
            _copying.Remove(copied.Device.Device);
            EndMoving();
        }
    }

    private void EndCopying()
    {
        if (_copying.Count == 0 && Phase == ControlPhase.Serving)
        {
            _outbox.Send(new ControlKey(ControlKeyKind.Plan), Address.PlanStore, new SavePlan(_migration!), _now);
        }
    }

    private void SavedAhead(PlanSaved saved)
    {
        if (saved.Plan.Epoch == _migration?.Epoch && _outbox.Remove(new ControlKey(ControlKeyKind.Plan)))
        {
            Phase = ControlPhase.Border;
        }
    }

    /// <summary>All steps have come back.</summary>
    private void Freeze()
    {
        Phase = ControlPhase.Moving;
        _router.ForgetPendingRestores();
        foreach (int device in _moves.Keys)
        {
            _copying.Add(device);
            FreezePages freeze = new(_migration!.Epoch, _router.LastStep);
            _outbox.Send(new ControlKey(ControlKeyKind.Freeze, device), Address.Device(device), freeze, _now);
        }

        EndMoving();
    }

    /// <summary>From here on the new plan's devices hold everything.</summary>
    private void EndMoving()
    {
        if (_copying.Count > 0)
        {
            return;
        }

        _target = _inForce = _migration!;
        _further.Clear();
        _migration = null;
        Migrations++;
        Join();
    }
}
