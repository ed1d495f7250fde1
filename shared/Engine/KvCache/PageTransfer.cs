namespace OrleansInference.Engine.KvCache;

/// <summary>
/// A copy of one page's contents to another page, which every stage carries out on its own layers: the partial last page of a forked sequence before it is written, or a
/// page on its way to the host or back. Transfers run in the order in which the allocator listed them, after the steps submitted before and before the next step's writes,
/// so no page is overwritten before it is read.
/// </summary>
public readonly record struct PageTransfer(int From, int To);
