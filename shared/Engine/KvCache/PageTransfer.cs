namespace OrleansInference.Engine.KvCache;

/// <summary>
/// A copy of one page's contents to another page, the last, partial page of a forked sequence before it is written, that every stage carries out on its own
/// layers. Transfers run in the order in which the allocator listed them, after the steps submitted before and before the next step's writes; done so, no
/// page is ever read too late.
/// </summary>
internal readonly record struct PageTransfer(int From, int To);
