using OrleansInference.Serving.Routing;

namespace OrleansInference.Serving.Control;

/// <summary>Pages that went with a lost device come back, for each sequence by the rung that costs least.</summary>
internal sealed partial class PipelineControl
{
    private readonly HashSet<int> _asked = [];
    private readonly Dictionary<int, int> _holding = []; // sequence: journals that hold it
    private readonly List<Sequence> _live = [];
    private readonly List<ReplayedSequence> _replayed = []; // the live ones, and after them contexts of the router before, which no sequence has yet
    private readonly HashSet<int> _returning = []; // numbers of those contexts that come back

    private void BringBack()
    {
        _live.Clear();
        _replayed.Clear();
        _holding.Clear();
        _returning.Clear();
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

        foreach ((int[] tokens, int[] pages) in InheritedContexts())
        {
            _replayed.Add(new ReplayedSequence(_replayed.Count, tokens, pages));
        }

        _asked.Clear();
        if (_replayed.Count > 0 && _missing.TrueForAll(HasJournal))
        {
            foreach (LayerRange range in _missing)
            {
                int device = _target!.StageWith(range.First - 1).Device.Device;
                _asked.Add(device);
                _outbox.Send(new ControlKey(ControlKeyKind.Ask, device), Address.Device(device), new AskJournal(_target.Epoch, _replayed) { Before = range.First }, _now);
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

        DeviceLife before = _target!.StageWith(range.First - 1).Device;
        return _joined[before.Device] && _inForce!.Stages.Any(stage => stage.Device == before && stage.Layers.End == range.First);
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
        for (int i = 0; i < _replayed.Count; i++)
        {
            ReplayedSequence sequence = _replayed[i];
            bool journal = _holding.GetValueOrDefault(i) == _missing.Count;
            BringBack(i, _options.Costs.Choose(sequence.Tokens.Length, _target!.Layers, _missing, journal));
        }

        ForgetLost();
        ServeWhenReplayed();
    }

    /// <summary>What is not brought back nobody may find.</summary>
    private void ForgetLost() => _router.Pages.ForgetUnused(_returning.SelectMany(number => _replayed[number].Pages).ToHashSet());

    private void BringBack(int number, RecoveryRung rung)
    {
        Recovered[(int)rung]++;
        ReplayedSequence sequence = _replayed[number];
        if (number >= _live.Count && rung != RecoveryRung.Full)
        {
            _returning.Add(number);
        }

        switch (rung)
        {
            case RecoveryRung.Journal:
                foreach (LayerRange range in _missing)
                {
                    int device = _target!.StageWith(range.First - 1).Device.Device;
                    SendReplay(number, range.End, device, new ReplayJournal(_target.Epoch, sequence, range.End) { Before = range.First });
                }

                break;
            case RecoveryRung.Prefix:
                LayerRange layers = new(0, _missing[^1].End);
                SendReplay(number, layers.End, _target!.Stages[0].Device.Device, new ReplayForward(_target.Epoch, sequence, layers, []));
                break;
            default:
                if (number < _live.Count)
                {
                    _router.Restart(_live[number]);
                }

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
        _returning.Remove(lacks.Sequence);
        BringBack(lacks.Sequence, _options.Costs.Choose(_replayed[lacks.Sequence].Tokens.Length, _target.Layers, _missing, journal: false));
        ForgetLost();
        ServeWhenReplayed();
    }

    private void SendReplay(int sequence, int end, int device, ControlMessage message) =>
        _outbox.Send(new ControlKey(ControlKeyKind.Replay, sequence, end), Address.Device(device), message, _now, growth: 2);

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
        if (_lostAt is { } lost)
        {
            RecoveryTimes += new RecoveryTimes(_savedAt - lost, _joinedAt - _savedAt, _now - _joinedAt);
            _lostAt = null;
        }

        NoteInherited();
        _noted = false;
        _inForce = _target;
        _target = null;
        _dropped.Clear();
        Phase = ControlPhase.Serving;
        Replan();
    }
}
