using System.Runtime.InteropServices;

namespace OrleansInference.Engine.KvCache;

/// <summary>The page copies that every stage carries out before the next step, in this order.</summary>
/// <param name="pageCount">Pages of the pool. A higher number names a page on the host.</param>
public sealed class TransferList(int pageCount)
{
    private readonly List<PageTransfer> _pending = [];

    /// <summary>The transfers that are not yet part of a step.</summary>
    public ReadOnlySpan<PageTransfer> Pending => CollectionsMarshal.AsSpan(_pending);

    internal void Add(PageTransfer transfer) => _pending.Add(transfer);

    /// <summary>Removes the transfers, because they are part of a step now.</summary>
    public void Clear() => _pending.Clear();

    /// <summary>Whether a transfer copies from a page.</summary>
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
    /// <returns>The pages that they were to fill.</returns>
    internal HashSet<int> TakeRestores()
    {
        HashSet<int> pages = [.. _pending.Where(IsRestore).Select(static transfer => transfer.To)];
        _pending.RemoveAll(IsRestore);
        return pages;
    }

    private bool IsRestore(PageTransfer transfer) => transfer.From >= pageCount;
}
