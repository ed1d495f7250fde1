using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Steps;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Protocol.Messages;

/// <summary>Router to the first stage, or a stage to the next: a step.</summary>
/// <param name="Step">What to compute.</param>
/// <param name="Hidden">[rows, width]: the hidden states after the stage before; empty for the first stage.</param>
/// <param name="Completed">All steps up to this one have come back to the router: nobody will ask for their results again.</param>
/// <param name="Times">What the stages so far spent on it.</param>
public sealed record StepForward(Step Step, float[] Hidden, long Completed, StageTimes Times = default) : ControlMessage
{
    /// <summary>What has changed of the published pages since the step before, for the router that comes after; null: not known, as a node of an earlier version passed it on.</summary>
    public PageDelta? Delta { get; init; }

    /// <summary>What computing the step failed with at a stage before; null where it has not. The step is computed no further, but its page transfers are carried out.</summary>
    public InferenceException? Failure { get; init; }

    /// <summary>Trace contexts, as <c>traceparent</c>, of requests whose stages each make a span of the step; almost always none.</summary>
    public string[] Traces { get; init; } = [];

    /// <summary>Whether it came as bytes: nobody but the receiver has its hidden states, which it may change and give back to <see cref="HiddenBuffers"/>.</summary>
    public bool Received { get; init; }
}

/// <summary>Last stage to router: what was chosen.</summary>
public sealed record StepDone(long Epoch, long Step, StepResult Result, StageTimes Times = default) : ControlMessage;

/// <summary>Committed tokens of one sequence that a recovery computes again.</summary>
/// <param name="Number">Which one, within its epoch.</param>
/// <param name="Tokens">From position <see cref="Start"/> on.</param>
/// <param name="Pages">The page table, at least as far as the last of these tokens.</param>
public sealed record ReplayedSequence(int Number, int[] Tokens, int[] Pages)
{
    public int Start { get; init; }

    /// <summary>The position after the last token.</summary>
    public int End => Start + Tokens.Length;

    /// <summary>Up to <paramref name="count"/> of the tokens from a position on.</summary>
    public ReplayedSequence Piece(int start, int count)
    {
        int[] tokens = Tokens.AsSpan(start - Start, Math.Min(count, End - start)).ToArray();
        return new ReplayedSequence(Number, tokens, Pages[..KvLayout.PagesFor(start + tokens.Length)]) { Start = start };
    }
}

/// <summary>Router to device: whose hidden states before a layer does your journal have in full?</summary>
public sealed record JournalRequest(long Epoch, IReadOnlyList<ReplayedSequence> Sequences) : ControlMessage
{
    /// <summary>The layer, which followed on the device's in the plan before; −1: that which follows on them now.</summary>
    public int Before { get; init; } = -1;
}

/// <summary>Device to router: the sequences whose hidden states it has.</summary>
internal sealed record JournalReply(long Epoch, DeviceLife Device, IReadOnlyList<int> Sequences) : ControlMessage;

/// <summary>Router to device: the hidden states of your journal are to be computed on, up to layer <paramref name="End"/>.</summary>
public sealed record ReplayJournal(long Epoch, ReplayedSequence Sequence, int End) : ControlMessage
{
    /// <summary>The layer that they are taken from, as in <see cref="JournalRequest.Before"/>.</summary>
    public int Before { get; init; } = -1;
}

/// <summary>Device to router: the journal had the hidden states when it was asked, and has given them up since.</summary>
internal sealed record JournalMiss(long Epoch, int Sequence) : ControlMessage;

/// <summary>Router or device to device: compute a sequence's pages again, or a piece of it after those before it.</summary>
/// <param name="Epoch">The plan.</param>
/// <param name="Sequence">The sequence.</param>
/// <param name="Layers">From the first, on this device, to the end, here or further on.</param>
/// <param name="Hidden">[tokens, width]: hidden states before the first layer; empty when that is the model's first.</param>
public sealed record ReplayForward(long Epoch, ReplayedSequence Sequence, LayerRange Layers, float[] Hidden) : ControlMessage;

/// <summary>Device to router: a sequence's pages are whole again up to layer <paramref name="End"/>.</summary>
public sealed record Replayed(long Epoch, int Sequence, int End) : ControlMessage
{
    /// <summary>Where the piece of it begins.</summary>
    public int Start { get; init; }
}
