using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// Recovery: before a plan's first step, the device recomputes the pages that a lost device had. That can take longer than the interval after which the router repeats a request, so a
/// repeated request gets the kept answer. Computing it again would keep the stage busy long after the recovery.
/// </summary>
internal sealed class SequenceReplays(
    DeviceLife self, IStageWork work, StageJournals journals, StagePages pages, StagePlan plan, StepSequence steps, ServedPipeline pipeline, IControlPort port, Func<TimeSpan> clock, StageCounters counters)
{
    private const long MaxKeptFloats = 64L << 20; // of hidden states in kept answers; answers beyond the limit are not kept and are recomputed

    private readonly Dictionary<(int Sequence, int Start, LayerRange Layers), ControlMessage> _answers = [];
    private readonly Dictionary<(int Sequence, LayerRange Layers), int> _ends = []; // the end of the computed positions
    private long _keptFloats;

    public void Clear()
    {
        _answers.Clear();
        _ends.Clear();
        _keptFloats = 0;
    }

    public void On(JournalRequest request)
    {
        if (MayReplay(request.Epoch))
        {
            HiddenJournal? journal = journals.Before(LayerAfter(request.Before));
            int[] held = [.. request.Sequences.Where(sequence => journal?.Holds(sequence.Pages, sequence.Start, sequence.End) == true).Select(sequence => sequence.Number)];
            pipeline.Send(new JournalReply(plan.Epoch, self, held));
        }
    }

    public void On(ReplayJournal replay)
    {
        if (!MayReplay(replay.Epoch))
        {
            return;
        }

        // Rows that other replays recorded may have evicted these.
        ReplayedSequence sequence = replay.Sequence;
        int first = LayerAfter(replay.Before);
        if (journals.Before(first) is not { } journal || !journal.Holds(sequence.Pages, sequence.Start, sequence.End))
        {
            pipeline.Send(new JournalMiss(plan.Epoch, sequence.Number));
            return;
        }

        ReplayForward forward = new(plan.Epoch, sequence, new LayerRange(first, replay.End), journal.Read(sequence.Pages, sequence.Start, sequence.End));
        if (plan.Layers.Contains(first))
        {
            On(forward);
        }
        else
        {
            Send(forward);
        }
    }

    public void On(ReplayForward replay)
    {
        if (!MayReplay(replay.Epoch) || !plan.Layers.Contains(replay.Layers.First))
        {
            return;
        }

        ReplayedSequence sequence = replay.Sequence;
        if (_answers.TryGetValue((sequence.Number, sequence.Start, replay.Layers), out ControlMessage? answer))
        {
            Send(answer);
            return;
        }

        if (sequence.Start > _ends.GetValueOrDefault((sequence.Number, replay.Layers)))
        {
            return; // the previous piece was lost; the router sends both again
        }

        StepBatch batch = new();
        batch.Add(sequence.Tokens, sequence.Start, sequence.Pages.AsSpan(0, KvLayout.PagesFor(sequence.End)), LogitRows.None);
        float[] hidden = replay.Hidden.Length == 0 ? new float[batch.RowCount * work.HiddenWidth] : [.. replay.Hidden]; // [rows, width]
        LayerRange layers = new(replay.Layers.First, Math.Min(plan.Layers.End, replay.Layers.End));
        TimeSpan begun = clock();
        pages.Execute(layers, batch, hidden);
        counters.Recomputed(clock() - begun);
        pages.OnWritten(layers, batch);
        _ends[(sequence.Number, replay.Layers)] = sequence.End;
        if (layers.End == replay.Layers.End)
        {
            Answer(replay, new Replayed(plan.Epoch, sequence.Number, layers.End) { Start = sequence.Start }, 0);
        }
        else
        {
            Answer(replay, new ReplayForward(plan.Epoch, sequence, new LayerRange(layers.End, replay.Layers.End), hidden), hidden.Length);
        }
    }

    /// <summary>Returns whether a replay may run. Once a step of the plan was computed, pages may belong to other sequences, so later replays are ignored.</summary>
    private bool MayReplay(long epoch) => plan.Runs && epoch == plan.Epoch && !steps.HasBegun;

    /// <summary>Returns the layer whose input a journal holds.</summary>
    /// <param name="before">The layer; negative for the first one after this stage.</param>
    private int LayerAfter(int before) => before < 0 ? plan.Layers.End : before;

    private void Answer(ReplayForward replay, ControlMessage answer, int floats)
    {
        if (_keptFloats + floats <= MaxKeptFloats)
        {
            _keptFloats += floats;
            _answers[(replay.Sequence.Number, replay.Sequence.Start, replay.Layers)] = answer;
        }

        Send(answer);
    }

    /// <summary>Sends hidden states to the next stage, or the end of a replay to the router.</summary>
    private void Send(ControlMessage message)
    {
        if (message is ReplayForward forward)
        {
            counters.Replayed((long)forward.Hidden.Length * sizeof(float));
            port.Send(plan.Next, forward);
        }
        else
        {
            pipeline.Send(message);
        }
    }
}
