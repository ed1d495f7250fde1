using OrleansInference.Serving.Routing;

namespace OrleansInference.Serving.Control;

/// <summary>From the loss of a device to the next plan in force, and from a border to it.</summary>
internal sealed partial class PipelineControl
{
    private readonly Dictionary<int, bool> _joined = []; // device: whether it holds the base
    private readonly HashSet<int> _asked = [];
    private readonly Dictionary<int, int> _holding = []; // sequence: journals that hold it
    private readonly List<Sequence> _live = [];
    private readonly List<ReplayedSequence> _replayed = [];
    private List<LayerRange> _missing = [];
    private IReadOnlyList<StageAssignment>? _last;

    /// <summary>Looks for the plan that should hold now: after a loss at once, else by a migration.</summary>
    private void Replan()
    {
        if (Phase == ControlPhase.Waiting)
        {
            Recover();
        }
        else if (Phase == ControlPhase.Serving && _migration is null)
        {
            IReadOnlyList<StageAssignment>? stages = _source.Choose(_inForce!.Stages, Usable());
            if (stages is not null && !_inForce.SameStages(stages))
            {
                Migrate(stages);
            }
            else
            {
                ChooseSpares();
            }
        }
    }

    private void Lose(DeviceLife device)
    {
        _heard.Remove(device.Device);
        _lost.Add(device);
        _losses[device.Device] = _losses.GetValueOrDefault(device.Device) + 1;
        bool needed = Phase switch
        {
            ControlPhase.Serving or ControlPhase.Border or ControlPhase.Moving => Has(_inForce, device),
            ControlPhase.Saving or ControlPhase.Joining or ControlPhase.Asking or ControlPhase.Replaying => Has(_target, device),
            _ => false,
        };
        if (needed)
        {
            Recover();
        }
        else if (Has(_migration, device))
        {
            AbandonMigration();
        }
    }

    private static bool Has(PipelinePlan? plan, DeviceLife device) => plan?.Stages.Any(stage => stage.Device == device) == true;

    private HashSet<DeviceLife> Usable() => [.. _members.Where(device => !_lost.Contains(device))];

    private void Recover()
    {
        _migration = null;
        DropSteps();
        _outbox.Clear();
        _target = null;
        Phase = ControlPhase.Waiting;
        HashSet<DeviceLife> usable = Usable();
        IReadOnlyList<StageAssignment>? before = _inForce?.Stages ?? _last;
        IReadOnlyList<StageAssignment>? stages = SwitchToSpares(usable) ?? _source.Choose(before, usable);
        if (stages is null && _draining.Count > 0)
        {
            // Who drains is still there, and goes when it can be done without.
            usable.UnionWith(_draining.Where(device => !_lost.Contains(device)));
            stages = _source.Choose(before, usable);
        }

        if (stages is not null)
        {
            _epoch = Epochs.After(_epoch, _self);
            Save(new PipelinePlan(_epoch, _self, stages));
        }
    }

    private void Save(PipelinePlan plan)
    {
        _target = plan;
        Phase = ControlPhase.Saving;
        _outbox.Send(new ControlKey(ControlKeyKind.Plan), Address.PlanStore, new SavePlan(plan), _now);
    }

    private void Saved(PlanSaved saved)
    {
        if (saved.Plan.Router > _self)
        {
            Stop();
        }

        if (Phase != ControlPhase.Saving)
        {
            return;
        }

        if (saved.Plan.Router < _self)
        {
            // The router before this one was faster. Its epochs are used; go on after them.
            _epoch = Math.Max(_epoch, saved.Plan.Epoch);
            Recover();
            return;
        }

        if (saved.Plan.Epoch != _target!.Epoch)
        {
            return;
        }

        _outbox.Clear();
        _joined.Clear();
        Phase = ControlPhase.Joining;
        _router.Enter(_target.Epoch, _target.Stages.Count);
        JoinPlan join = new(_target, _inForce?.Epoch ?? 0, _router.LastStep + 1, [.. _dropped]);
        foreach (StageAssignment stage in _target.Stages)
        {
            _heard[stage.Device.Device] = _now;
            _outbox.Send(new ControlKey(ControlKeyKind.Join, stage.Device.Device), Address.Device(stage.Device.Device), join, _now);
        }
    }

    private void Stop()
    {
        Phase = ControlPhase.Stopped;
        _outbox.Clear();
    }

    private void Joined(Joined joined)
    {
        Hear(joined.Device);
        if (Phase != ControlPhase.Joining || joined.Epoch != _target!.Epoch || !Has(_target, joined.Device))
        {
            return;
        }

        _outbox.Remove(new ControlKey(ControlKeyKind.Join, joined.Device.Device));
        _joined[joined.Device.Device] = joined.HoldsBase;
        if (_joined.Count == _target.Stages.Count)
        {
            _missing = FindMissing();
            BringBack();
        }
    }

    /// <summary>Layers whose pages are nowhere.</summary>
    private List<LayerRange> FindMissing()
    {
        List<LayerRange> missing = [];
        for (int layer = 0; layer < _target!.Layers; layer++)
        {
            DeviceLife device = _target.StageWith(layer).Device;
            if (_inForce is not null && _joined[device.Device] && _inForce.StageWith(layer).Device == device)
            {
                continue;
            }

            if (missing.Count > 0 && missing[^1].End == layer)
            {
                missing[^1] = missing[^1] with { End = layer + 1 };
            }
            else
            {
                missing.Add(new LayerRange(layer, layer + 1));
            }
        }

        return missing;
    }

    private void BringBack()
    {
        _live.Clear();
        _replayed.Clear();
        _holding.Clear();
        if (_missing.Count == 0)
        {
            Serve();
            return;
        }

        foreach (Sequence sequence in _router.Running)
        {
            if (sequence.Computed > 0)
            {
                _replayed.Add(new ReplayedSequence(_live.Count, sequence.Log[..sequence.Computed].ToArray(), sequence.Pages.Pages.ToArray()));
                _live.Add(sequence);
            }
        }

        _asked.Clear();
        if (_live.Count > 0 && _missing.TrueForAll(HasJournal))
        {
            foreach (LayerRange range in _missing)
            {
                int device = _target!.StageWith(range.First - 1).Device.Device;
                _asked.Add(device);
                _outbox.Send(new ControlKey(ControlKeyKind.Ask, device), Address.Device(device), new AskJournal(_target.Epoch, _replayed), _now);
            }

            Phase = ControlPhase.Asking;
        }
        else
        {
            Replay();
        }
    }

    private bool HasJournal(LayerRange range)
    {
        if (range.First == 0)
        {
            return false;
        }

        StageAssignment before = _target!.StageWith(range.First - 1);
        return before.Layers.End == range.First && _joined[before.Device.Device]
            && _inForce!.Stages.Any(stage => stage.Device == before.Device && stage.Layers.End == range.First);
    }

    private void Heard(JournalHolds holds)
    {
        if (Phase == ControlPhase.Asking && holds.Epoch == _target!.Epoch && _asked.Remove(holds.Device.Device))
        {
            _outbox.Remove(new ControlKey(ControlKeyKind.Ask, holds.Device.Device));
            foreach (int sequence in holds.Sequences)
            {
                _holding[sequence] = _holding.GetValueOrDefault(sequence) + 1;
            }

            if (_asked.Count == 0)
            {
                Replay();
            }
        }
    }

    private void Replay()
    {
        Phase = ControlPhase.Replaying;
        for (int i = 0; i < _live.Count; i++)
        {
            ReplayedSequence sequence = _replayed[i];
            bool journal = _holding.GetValueOrDefault(i) == _missing.Count;
            BringBack(i, _options.Costs.Choose(sequence.Tokens.Length, _target!.Layers, _missing, journal));
        }

        // What no running sequence holds is not brought back, so nobody may find it.
        _router.Pages.ForgetUnused();
        ServeWhenReplayed();
    }

    private void BringBack(int number, RecoveryRung rung)
    {
        Recovered[(int)rung]++;
        ReplayedSequence sequence = _replayed[number];
        switch (rung)
        {
            case RecoveryRung.Journal:
                foreach (LayerRange range in _missing)
                {
                    int device = _target!.StageWith(range.First - 1).Device.Device;
                    SendReplay(number, range.End, device, new ReplayJournal(_target.Epoch, sequence, range.End));
                }

                break;
            case RecoveryRung.Prefix:
                LayerRange layers = new(0, _missing[^1].End);
                SendReplay(number, layers.End, _target!.Stages[0].Device.Device, new ReplayForward(_target.Epoch, sequence, layers, []));
                break;
            default:
                _router.Restart(_live[number]);
                break;
        }
    }

    private void Heard(JournalLacks lacks)
    {
        if (Phase != ControlPhase.Replaying || lacks.Epoch != _target!.Epoch || _holding.GetValueOrDefault(lacks.Sequence) < _missing.Count)
        {
            return;
        }

        _holding.Remove(lacks.Sequence);
        foreach (LayerRange range in _missing)
        {
            _outbox.Remove(new ControlKey(ControlKeyKind.Replay, lacks.Sequence, range.End));
        }

        Recovered[(int)RecoveryRung.Journal]--;
        BringBack(lacks.Sequence, _options.Costs.Choose(_replayed[lacks.Sequence].Tokens.Length, _target.Layers, _missing, journal: false));
        _router.Pages.ForgetUnused();
        ServeWhenReplayed();
    }

    private void SendReplay(int sequence, int end, int device, ControlMessage message) =>
        _outbox.Send(new ControlKey(ControlKeyKind.Replay, sequence, end), Address.Device(device), message, _now);

    private void Heard(Replayed replayed)
    {
        if (Phase == ControlPhase.Replaying && replayed.Epoch == _target!.Epoch)
        {
            _outbox.Remove(new ControlKey(ControlKeyKind.Replay, replayed.Sequence, replayed.End));
            ServeWhenReplayed();
        }
    }

    private void ServeWhenReplayed()
    {
        if (_outbox.Count == 0)
        {
            Recoveries += _inForce is null ? 0 : 1;
            Serve();
        }
    }

    private void Serve()
    {
        _inForce = _target;
        _target = null;
        _dropped.Clear();
        Phase = ControlPhase.Serving;
        Replan();
    }
}
