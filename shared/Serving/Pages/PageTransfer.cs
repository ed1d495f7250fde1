namespace OrleansInference.Serving.Pages;

/// <summary>What a <see cref="PageTransfer"/> does.</summary>
internal enum PageTransferKind : byte
{
    /// <summary>Page to page on the device: the last, partial page of a forked sequence before it is written.</summary>
    Copy,

    /// <summary>Page to host slot.</summary>
    Save,

    /// <summary>Host slot to page.</summary>
    Load,
}

/// <summary>
/// A movement of one page's contents that every stage carries out on its own layers. Transfers run in the order in which the allocator
/// listed them, after the steps submitted before and before the next step's writes; done so, no page or slot is ever read too late.
/// </summary>
/// <param name="From">A page; with <see cref="PageTransferKind.Load"/> a host slot.</param>
/// <param name="To">A page; with <see cref="PageTransferKind.Save"/> a host slot.</param>
internal readonly record struct PageTransfer(PageTransferKind Kind, int From, int To);

/// <summary>The memory behind the page numbers: a stage's pool with its host slots in memory or in a file.</summary>
internal interface IPageMover
{
    void Copy(int fromPage, int toPage);

    void Save(int page, int slot);

    void Load(int slot, int page);
}

internal static class PageMoverExtensions
{
    /// <summary>Carries out transfers in their order.</summary>
    public static void Run(this IPageMover mover, ReadOnlySpan<PageTransfer> transfers)
    {
        foreach (PageTransfer transfer in transfers)
        {
            switch (transfer.Kind)
            {
                case PageTransferKind.Copy: mover.Copy(transfer.From, transfer.To); break;
                case PageTransferKind.Save: mover.Save(transfer.From, transfer.To); break;
                default: mover.Load(transfer.From, transfer.To); break;
            }
        }
    }
}
