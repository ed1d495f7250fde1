using System.Runtime.InteropServices;

namespace OrleansInference.Engine.KvCache;

/// <summary>
/// A copy of one page's contents to another page, which every stage carries out on its own layers: the partial last page of a forked sequence before it is written, or a page that moves
/// to the host or back. Transfers run in the order of the allocator's list, after the steps submitted before and before the next step's writes, so no page is overwritten before it is
/// read.
/// </summary>
public readonly record struct PageTransfer(int From, int To);

/// <summary>The page copies that every stage carries out before the next step, in this order.</summary>
/// <param name="pageCount">Pages of the pool. A higher number denotes a page on the host.</param>
public sealed class TransferList(int pageCount)
{
    private readonly List<PageTransfer> _pending = [];

    /// <summary>The transfers that are not yet part of a step.</summary>
    public ReadOnlySpan<PageTransfer> Pending => CollectionsMarshal.AsSpan(_pending);

    internal void Add(PageTransfer transfer) => _pending.Add(transfer);

    /// <summary>Removes the transfers after they have become part of a step.</summary>
    public void Clear() => _pending.Clear();

    /// <summary>Returns whether a transfer copies from a page.</summary>
    internal bool Reads(int page)
    {
        foreach (PageTransfer transfer in Pending)
        {
            if (transfer.From == page)
                return true;
        }

        return false;
    }

    /// <summary>Removes the transfers that restore pages from the host.</summary>
    /// <returns>The pages that they would have filled.</returns>
    internal HashSet<int> TakeRestores()
    {
        HashSet<int> pages = [.. _pending.Where(IsRestore).Select(static transfer => transfer.To)];
        _pending.RemoveAll(IsRestore);
        return pages;
    }

    private bool IsRestore(PageTransfer transfer) => transfer.From >= pageCount;
}
