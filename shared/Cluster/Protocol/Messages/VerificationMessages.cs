namespace OrleansInference.Cluster.Protocol.Messages;

/// <summary>
/// Router to the first stage, or a stage to the next: compute some pages again, in pages that nobody uses, and compare them with those that are there. Each stage does so when it has computed a step, and each
/// number once: what comes again is answered again.
/// </summary>
/// <param name="Epoch">The plan.</param>
/// <param name="Number">Counts the verifications of the plan, from 1. One is under way at a time.</param>
/// <param name="AfterStep">The step: those up to it may read what the pages that are written held before.</param>
/// <param name="Start">Position of the first token, the first of a page.</param>
/// <param name="Tokens">Whole pages of them.</param>
/// <param name="Table">A page table up to the last of the tokens, in which their pages are those that nobody uses.</param>
/// <param name="Compared">The pages that are said to hold these tokens.</param>
internal sealed record VerifyPages(long Epoch, long Number, long AfterStep, int Start, int[] Tokens, int[] Table, int[] Compared) : ControlMessage
{
    /// <summary>[tokens, width]: hidden states after the stage before; empty for the first stage.</summary>
    public float[] Hidden { get; init; } = [];

    /// <summary>Of the pages, those that differed on a stage before.</summary>
    public int[] Spoilt { get; init; } = [];
}

/// <summary>Last stage to router: the pages that differed on any stage.</summary>
internal sealed record PagesVerified(long Epoch, long Number, int[] Spoilt) : ControlMessage;
