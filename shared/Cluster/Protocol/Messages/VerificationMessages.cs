namespace OrleansInference.Cluster.Protocol.Messages;

/// <summary>
/// Router to the first stage, or a stage to the next: recompute some pages, in unused pages, and compare them with the existing ones. A stage executes it after
/// it has computed a certain step, and executes each number once: a repeated message gets the same answer again.
/// </summary>
/// <param name="Epoch">Epoch of the plan.</param>
/// <param name="Number">Number of the verification in the plan, from 1. At most one is in progress.</param>
/// <param name="AfterStep">Step after which the stage executes it: steps up to this one may read the old contents of the overwritten pages.</param>
/// <param name="Start">Position of the first token, the first of a page.</param>
/// <param name="Tokens">Tokens of whole pages.</param>
/// <param name="Table">Page table up to the last token; it uses the unused pages for these tokens.</param>
/// <param name="Compared">Pages that should hold these tokens.</param>
public sealed record VerifyPages(long Epoch, long Number, long AfterStep, int Start, int[] Tokens, int[] Table, int[] Compared) : ControlMessage
{
    /// <summary>[tokens, width]: hidden states from the previous stage; empty for the first stage.</summary>
    public float[] Hidden { get; init; } = [];

    /// <summary>Compared pages that differed on a previous stage.</summary>
    public int[] Corrupted { get; init; } = [];
}

/// <summary>Last stage to router: the pages that differed on any stage.</summary>
public sealed record PagesVerified(long Epoch, long Number, int[] Corrupted) : ControlMessage;
