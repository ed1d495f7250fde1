using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Router;

/// <summary>Restores the pages that were lost with a device, for each context by the strategy with the lowest cost.</summary>
/// <remarks>
/// A context is recomputed in pieces, so that all stages involved work at the same time and the size of a message does not depend on the length of the context. The number of pieces in
/// flight keeps every stage busy. Pieces of one context arrive in order or are sent again.
/// </remarks>
internal sealed class PageReplay(Scheduler scheduler, Outbox<ControlKey> outbox, CoordinatorOptions options)
{
    private const int LeastPieceTokens = 128; // smaller pieces are hardly faster
    private const int PiecesOfStage = 8; // enough that the pipeline's fill and drain are a small part of the time

    private readonly HashSet<int> _asked = []; // devices whose journals were asked and have not answered
    private readonly Dictionary<int, int> _holding = []; // by context: number of journals that hold it
    private readonly List<LostContext> _contexts = []; // by number
    private readonly HashSet<int> _replayed = []; // contexts that a replay restores
    private readonly Queue<ReplayPiece> _pieces = []; // not sent yet
    private PipelinePlan _plan = null!;
    private List<LayerRange> _missing = [];
    private int _pieceTokens;

    /// <summary>Sequences restored, by <see cref="RecoveryStrategy"/>.</summary>
    public long[] Recovered { get; } = new long[3];

    /// <summary>Starts with the contexts whose pages lack layers, and asks the journals before these layers for their contents.</summary>
    /// <param name="plan">The plan whose stages have joined.</param>
    /// <param name="missing">The runs of layers without pages; at least one.</param>
    /// <param name="inherited">Contexts of the previous router, with their pages.</param>
    /// <param name="hasJournal">Returns whether the stage before some layers kept their input.</param>
    /// <param name="now">The current time.</param>
    /// <returns>Whether journals were asked. If not, the caller continues with <see cref="ChooseStrategies"/>.</returns>
    public bool Begin(
        PipelinePlan plan, List<LayerRange> missing, IEnumerable<(int[] Tokens, int[] Pages)> inherited, Predicate<LayerRange> hasJournal, TimeSpan now)
    {
        Clear();
        _plan = plan;
        _missing = missing;
        foreach (Sequence sequence in scheduler.Running)
        {
            if (sequence.Computed > 0)
            {
                AddContext(sequence.Log[..sequence.Computed].ToArray(), sequence.Pages.Pages.ToArray(), sequence);
            }
        }

        foreach ((int[] tokens, int[] pages) in inherited)
        {
            AddContext(tokens, pages, null);
        }

        if (_contexts.Count == 0 || !missing.TrueForAll(hasJournal))
        {
            return false;
        }

        ReplayedSequence[] wanted = [.. _contexts.Select(static context => context.Tokens)];
        foreach (LayerRange range in missing)
        {
            int device = plan.StageWith(range.First - 1).Device.Device;
            _asked.Add(device);
            outbox.Send(new ControlKey(ControlKeyKind.Ask, device), Address.Device(device), new JournalRequest(plan.Epoch, wanted) { Before = range.First }, now);
        }

        return true;
    }

    public void Clear()
    {
        _contexts.Clear();
        _replayed.Clear();
        _pieces.Clear();
        _holding.Clear();
        _asked.Clear();
    }

    /// <returns>Whether this was the last missing answer.</returns>
    public bool Add(JournalReply reply)
    {
        if (!_asked.Remove(reply.Device.Device))
        {
            return false;
        }

        outbox.Remove(new ControlKey(ControlKeyKind.Ask, reply.Device.Device));
        foreach (int sequence in reply.Sequences)
        {
            _holding[sequence] = _holding.GetValueOrDefault(sequence) + 1;
        }

        return _asked.Count == 0;
    }

    /// <summary>Chooses the strategy of each context, and cuts the context into pieces.</summary>
    public void ChooseStrategies()
    {
        int share = _contexts.Sum(static context => context.Tokens.Tokens.Length) / (PiecesOfStage * _plan.Stages.Count);
        int most = Math.Min(options.ReplayTokens, scheduler.MaxStepTokens);
        _pieceTokens = Math.Max(1, Math.Min(most, Math.Max(LeastPieceTokens, share)) / KvLayout.PageTokens) * KvLayout.PageTokens;
        for (int i = 0; i < _contexts.Count; i++)
        {
            Restore(i, journal: _holding.GetValueOrDefault(i) == _missing.Count);
        }

        ForgetLost();
    }

    /// <summary>Sends pieces until enough are in flight to keep all stages busy.</summary>
    /// <returns>Whether all pages are restored.</returns>
    public bool Pump(TimeSpan now)
    {
        int most = 2 * (_plan.Stages.Count + 1) * _missing.Count;
        while (outbox.Count < most && _pieces.TryDequeue(out ReplayPiece piece))
        {
            if (_replayed.Contains(piece.Number))
            {
                Send(piece, now);
            }
        }

        return outbox.Count == 0;
    }

    /// <summary>Restores a context by another strategy after a journal has discarded it.</summary>
    /// <returns>Whether the context was being restored from journals.</returns>
    public bool OnMiss(JournalMiss miss)
    {
        if (_holding.GetValueOrDefault(miss.Sequence) < _missing.Count || !_replayed.Remove(miss.Sequence))
        {
            return false;
        }

        (ReplayedSequence context, Sequence? live) = _contexts[miss.Sequence];
        for (int start = 0; start < context.Tokens.Length; start += _pieceTokens)
        {
            _missing.ForEach(range => outbox.Remove(new ReplayPiece(miss.Sequence, start, range).Key));
        }

        // The context gets another number: answers to earlier requests may still be in transit.
        Recovered[(int)RecoveryStrategy.Journal]--;
        Restore(AddContext(context.Tokens, context.Pages, live), journal: false);
        ForgetLost();
        return true;
    }

    public void OnReplayed(Replayed replayed) => outbox.Remove(new ReplayPiece(replayed.Sequence, replayed.Start, new LayerRange(0, replayed.End)).Key);

    private int AddContext(int[] tokens, int[] pages, Sequence? live)
    {
        _contexts.Add(new LostContext(new ReplayedSequence(_contexts.Count, tokens, pages), live));
        return _contexts.Count - 1;
    }

    private void Restore(int number, bool journal)
    {
        (ReplayedSequence context, Sequence? live) = _contexts[number];
        RecoveryStrategy strategy = options.Costs.Choose(context.Tokens.Length, _plan.Layers, _missing, journal);
        Recovered[(int)strategy]++;
        if (strategy == RecoveryStrategy.Full)
        {
            if (live is not null)
            {
                scheduler.Restart(live);
            }

            return;
        }

        _replayed.Add(number);
        LayerRange[] ranges = strategy == RecoveryStrategy.Journal ? [.. _missing] : [new LayerRange(0, _missing[^1].End)];
        for (int start = 0; start < context.Tokens.Length; start += _pieceTokens)
        {
            foreach (LayerRange range in ranges)
            {
                _pieces.Enqueue(new ReplayPiece(number, start, range));
            }
        }
    }

    /// <summary>Removes pages that are not restored from the cache.</summary>
    private void ForgetLost() =>
        scheduler.Pages.ForgetUnused(_replayed.Where(number => _contexts[number].Live is null).SelectMany(number => _contexts[number].Tokens.Pages).ToHashSet());

    private void Send(in ReplayPiece piece, TimeSpan now)
    {
        ReplayedSequence sequence = _contexts[piece.Number].Tokens.Piece(piece.Start, _pieceTokens);
        LayerRange range = piece.Layers;
        int device = _plan.StageWith(Math.Max(0, range.First - 1)).Device.Device;
        ControlMessage message = range.First > 0
            ? new ReplayJournal(_plan.Epoch, sequence, range.End) { Before = range.First }
            : new ReplayForward(_plan.Epoch, sequence, range, []);
        outbox.Send(piece.Key, Address.Device(device), message, now, growth: 2);
    }

    /// <param name="Tokens">The tokens and pages of the context.</param>
    /// <param name="Live">The sequence that has the pages; null for one of the previous router.</param>
    private sealed record LostContext(ReplayedSequence Tokens, Sequence? Live);

    /// <param name="Number">Number of the context.</param>
    /// <param name="Start">The first position.</param>
    /// <param name="Layers">The layers to compute. Their input is the tokens if they begin with the model's first layer; otherwise it comes from a journal.</param>
    private readonly record struct ReplayPiece(int Number, int Start, LayerRange Layers)
    {
        public ControlKey Key => new(ControlKeyKind.Replay, ((long)Number << 32) | (uint)Start, Layers.End);
    }
}
