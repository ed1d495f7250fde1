using OrleansInference.Compute;
using OrleansInference.Serving.Routing;

namespace OrleansInference.Serving.Control;

/// <summary>Pages that went with a lost device come back, for each context by the rung that costs least.</summary>
/// <remarks>
/// A context is computed again in pieces, so that all stages that take part work at the same time, and messages stay small however long it is. So many are under way that no stage waits;
/// those of one context arrive in their order or are asked for again.
/// </remarks>
internal sealed partial class PipelineControl
{
    private const int LeastPieceTokens = 128; // fewer are hardly faster
    private const int PiecesOfStage = 8; // so many that stages seldom wait for the first and the last ones

    private readonly HashSet<int> _asked = [];
    private readonly Dictionary<int, int> _holding = []; // context: journals that hold it
    private readonly List<LostContext> _contexts = []; // by number
    private readonly HashSet<int> _replayed = []; // contexts that come back by a replay
    private readonly Queue<ReplayPiece> _pieces = []; // not under way yet
    private int _pieceTokens;

    private void BringBack()
    {
        _contexts.Clear();
        _replayed.Clear();
        _pieces.Clear();
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
                AddContext(sequence.Log[..sequence.Computed].ToArray(), sequence.Pages.Pages.ToArray(), sequence);
            }
        }

        foreach ((int[] tokens, int[] pages) in InheritedContexts())
        {
            AddContext(tokens, pages, null);
        }

        _asked.Clear();
        if (_contexts.Count > 0 && _missing.TrueForAll(range => JournalBefore(range, _target!) is { } device && _joined[device.Device]))
        {
            ReplayedSequence[] wanted = [.. _contexts.Select(static context => context.Tokens)];
            foreach (LayerRange range in _missing)
            {
                int device = _target!.StageWith(range.First - 1).Device.Device;
                _asked.Add(device);
                _outbox.Send(new ControlKey(ControlKeyKind.Ask, device), Address.Device(device), new AskJournal(_target.Epoch, wanted) { Before = range.First }, _now);
            }

            Phase = ControlPhase.Asking;
        }
        else
        {
            Replay();
        }
    }

    private int AddContext(int[] tokens, int[] pages, Sequence? live)
    {
        _contexts.Add(new LostContext(new ReplayedSequence(_contexts.Count, tokens, pages), live));
        return _contexts.Count - 1;
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
        int share = _contexts.Sum(static context => context.Tokens.Tokens.Length) / (PiecesOfStage * _target!.Stages.Count);
        int most = Math.Min(_options.ReplayTokens, _router.MaxStepTokens);
        _pieceTokens = Math.Max(1, Math.Min(most, Math.Max(LeastPieceTokens, share)) / KvLayout.PageTokens) * KvLayout.PageTokens;
        for (int i = 0; i < _contexts.Count; i++)
        {
            BringBack(i, journal: _holding.GetValueOrDefault(i) == _missing.Count);
        }

        ForgetLost();
        ReplayFurther();
    }

    private void BringBack(int number, bool journal)
    {
        (ReplayedSequence context, Sequence? live) = _contexts[number];
        RecoveryRung rung = _options.Costs.Choose(context.Tokens.Length, _target!.Layers, _missing, journal);
        Recovered[(int)rung]++;
        if (rung == RecoveryRung.Full)
        {
            if (live is not null)
            {
                _router.Restart(live);
            }

            return;
        }

        _replayed.Add(number);
        LayerRange[] ranges = rung == RecoveryRung.Journal ? [.. _missing] : [new LayerRange(0, _missing[^1].End)];
        for (int start = 0; start < context.Tokens.Length; start += _pieceTokens)
        {
            foreach (LayerRange range in ranges)
            {
                _pieces.Enqueue(new ReplayPiece(number, start, range));
            }
        }
    }

    /// <summary>Sends as many pieces as keep all stages busy; when all are back, steps go on.</summary>
    private void ReplayFurther()
    {
        int most = 2 * (_target!.Stages.Count + 1) * _missing.Count;
        while (_outbox.Count < most && _pieces.TryDequeue(out ReplayPiece piece))
        {
            if (_replayed.Contains(piece.Number))
            {
                Send(piece);
            }
        }

        if (_outbox.Count == 0)
        {
            Recoveries += _inForce is null ? 0 : 1;
            Serve();
        }
    }

    /// <summary>What is not brought back nobody may find.</summary>
    private void ForgetLost() =>
        _router.Pages.ForgetUnused(_replayed.Where(number => _contexts[number].Live is null).SelectMany(number => _contexts[number].Tokens.Pages).ToHashSet());

    private void Send(in ReplayPiece piece)
    {
        ReplayedSequence sequence = _contexts[piece.Number].Tokens.Piece(piece.Start, _pieceTokens);
        LayerRange range = piece.Layers;
        int device = _target!.StageWith(Math.Max(0, range.First - 1)).Device.Device;
        ControlMessage message = range.First > 0
            ? new ReplayJournal(_target.Epoch, sequence, range.End) { Before = range.First }
            : new ReplayForward(_target.Epoch, sequence, range, []);
        _outbox.Send(piece.Key, Address.Device(device), message, _now, growth: 2);
    }

    private void Heard(JournalLacks lacks)
    {
        if (Phase != ControlPhase.Replaying || lacks.Epoch != _target!.Epoch || _holding.GetValueOrDefault(lacks.Sequence) < _missing.Count || !_replayed.Remove(lacks.Sequence))
        {
            return;
        }

        (ReplayedSequence context, Sequence? live) = _contexts[lacks.Sequence];
        for (int start = 0; start < context.Tokens.Length; start += _pieceTokens)
        {
            _missing.ForEach(range => _outbox.Remove(new ReplayPiece(lacks.Sequence, start, range).Key));
        }

        // Under another number: answers to what was asked before may still be on their way.
        Recovered[(int)RecoveryRung.Journal]--;
        BringBack(AddContext(context.Tokens, context.Pages, live), journal: false);
        ForgetLost();
        ReplayFurther();
    }

    private void Heard(Replayed replayed)
    {
        if (Phase == ControlPhase.Replaying && replayed.Epoch == _target!.Epoch)
        {
            _outbox.Remove(new ReplayPiece(replayed.Sequence, replayed.Start, new LayerRange(0, replayed.End)).Key);
            ReplayFurther();
        }
    }

    private void Serve()
    {
        Events?.OnPlanInForce(_target!);
        if (_lostAt is { } lost)
        {
            RecoveryTimes times = new(_savedAt - lost, _joinedAt - _savedAt, _now - _joinedAt);
            RecoveryTimes += times;
            Events?.OnRecovered(times, [.. Recovered.Zip(_recovered, static (now, before) => now - before)]);
            _lostAt = null;
        }

        _recovered = [.. Recovered];

        NoteInherited();
        _noted = false;
        _inForce = _target;
        _further.Clear();
        _target = null;
        NoteBorders();
        _dropped.Clear();
        Phase = ControlPhase.Serving;
        BeginVerifying();
        Replan();
    }

    /// <param name="Tokens">What is in the pages.</param>
    /// <param name="Live">The sequence that has them; null for one that the router before had.</param>
    private sealed record LostContext(ReplayedSequence Tokens, Sequence? Live);

    /// <param name="Number">Of the context.</param>
    /// <param name="Start">The first position.</param>
    /// <param name="Layers">To be computed: from the model's first, or from a journal.</param>
    private readonly record struct ReplayPiece(int Number, int Start, LayerRange Layers)
    {
        public ControlKey Key => new(ControlKeyKind.Replay, ((long)Number << 32) | (uint)Start, Layers.End);
    }
}
