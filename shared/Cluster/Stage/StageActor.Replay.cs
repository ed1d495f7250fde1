using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// Recovery: pages that went with a lost device are computed again, before the epoch's first step. That can take longer than the router waits before it asks again: what comes twice
/// is answered again and not computed again, or the stage would be busy with repetitions for a long time after.
/// </summary>
internal sealed partial class StageActor
{
    private const long MaxReplayedFloats = 64L << 20; // of hidden states that are kept to be sent again; beyond, they are computed again

    private readonly Dictionary<(int Sequence, int Start, LayerRange Layers), (Address To, ControlMessage Message)> _replays = [];
    private readonly Dictionary<(int Sequence, LayerRange Layers), int> _replayedTo = []; // the position after those that are computed
    private long _replayedFloats;

    private void ResetReplays()
    {
        _replays.Clear();
        _replayedTo.Clear();
        _replayedFloats = 0;
    }

    /// <summary>Once a step of the epoch was computed, pages may belong to others: a replay that comes after it is late.</summary>
    private bool MayReplay(long epoch) => Runs && epoch == Epoch && _expected == _join!.FirstStep;

    private void Answer(JournalRequest ask)
    {
        if (MayReplay(ask.Epoch))
        {
            HiddenJournal? journal = _journals.Before(Place(ask.Before));
            int[] held = [.. ask.Sequences.Where(sequence => journal?.Holds(sequence.Pages, sequence.Start, sequence.End) == true).Select(sequence => sequence.Number)];
            _port.Send(OwnRouter, new JournalReply(Epoch, _self, held));
        }
    }

    private void Replay(ReplayJournal replay)
    {
        if (!MayReplay(replay.Epoch))
        {
            return;
        }

        // Rows of other sequences' replays may have taken the place.
        ReplayedSequence sequence = replay.Sequence;
        int first = Place(replay.Before);
        if (_journals.Before(first) is not { } journal || !journal.Holds(sequence.Pages, sequence.Start, sequence.End))
        {
            _port.Send(OwnRouter, new JournalMiss(Epoch, sequence.Number));
            return;
        }

        ReplayForward forward = new(Epoch, sequence, new LayerRange(first, replay.End), journal.Read(sequence.Pages, sequence.Start, sequence.End));
        if (Layers.Contains(first))
        {
            Replay(forward);
        }
        else
        {
            SendReplay(Next, forward);
        }
    }

    private int Place(int before) => before < 0 ? Layers.End : before;

    private void Replay(ReplayForward replay)
    {
        if (!MayReplay(replay.Epoch) || !Layers.Contains(replay.Layers.First))
        {
            return;
        }

        ReplayedSequence sequence = replay.Sequence;
        if (_replays.TryGetValue((sequence.Number, sequence.Start, replay.Layers), out var done))
        {
            SendReplay(done.To, done.Message);
            return;
        }

        if (sequence.Start > _replayedTo.GetValueOrDefault((sequence.Number, replay.Layers)))
        {
            return; // what comes before it is lost, and will be sent again, and so will this
        }

        StepBatch batch = new();
        batch.Add(sequence.Tokens, sequence.Start, sequence.Pages.AsSpan(0, KvLayout.PagesFor(sequence.End)), LogitRows.None);
        float[] hidden = replay.Hidden.Length == 0 ? new float[batch.RowCount * _work.HiddenWidth] : [.. replay.Hidden];
        int end = Math.Min(Layers.End, replay.Layers.End);
        TimeSpan begun = _clock();
        _journals.Execute(_work, new LayerRange(replay.Layers.First, end), batch, hidden);
        Counters.Recomputed(_clock() - begun);
        NoteWritten(new LayerRange(replay.Layers.First, end), batch);
        _replayedTo[(sequence.Number, replay.Layers)] = sequence.End;
        if (end == replay.Layers.End)
        {
            Answer(replay, OwnRouter, new Replayed(Epoch, sequence.Number, end) { Start = sequence.Start }, 0);
        }
        else
        {
            Answer(replay, Next, new ReplayForward(Epoch, sequence, new LayerRange(end, replay.Layers.End), hidden), hidden.Length);
        }
    }

    private void Answer(ReplayForward replay, Address to, ControlMessage message, int floats)
    {
        if (_replayedFloats + floats <= MaxReplayedFloats)
        {
            _replayedFloats += floats;
            _replays[(replay.Sequence.Number, replay.Sequence.Start, replay.Layers)] = (to, message);
        }

        SendReplay(to, message);
    }

    private void SendReplay(Address to, ControlMessage message)
    {
        Counters.Replayed(message is ReplayForward forward ? (long)forward.Hidden.Length * sizeof(float) : 0);
        _port.Send(to, message);
    }
}
