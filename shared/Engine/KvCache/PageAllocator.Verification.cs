using System.Diagnostics;
using OrleansInference.Compute;

namespace OrleansInference.Engine.KvCache;

/// <summary>Pages that are held to be computed again beside, and compared.</summary>
internal sealed partial class PageAllocator
{
    private const int LeftToSequences = 2; // of so many pages one is left available

    /// <summary>Holds the cached pages of a chain, and as many others as those from one on: both until they are released. Takes no lease away, and leaves sequences room to begin.</summary>
    /// <param name="root">Where the chain starts.</param>
    /// <param name="tokens">Of the chain, whole pages.</param>
    /// <param name="first">The first page that is to be computed again.</param>
    /// <param name="held">Gets the chain's pages.</param>
    /// <param name="scratch">Gets the others, which nobody can find.</param>
    public PageHold TryHold(in PageRoot root, ReadOnlySpan<int> tokens, int first, SequencePages held, SequencePages scratch)
    {
        Debug.Assert(tokens.Length % KvLayout.PageTokens == 0 && held.State == SequencePagesState.Empty && scratch.State == SequencePagesState.Empty);
        Open(held, root);
        _restores = 0;
        ExtendFromCache(held, tokens);
        if (held.Length < tokens.Length || held.Pages.ToArray().Any(_unconfirmed.ContainsKey))
        {
            Release(held);
            return PageHold.Gone;
        }

        int wanted = (tokens.Length / KvLayout.PageTokens) - first;
        Open(scratch, root);
        if (_uses.Free.Count + _uses.Cached.Count - wanted < PageCount / LeftToSequences || !TryReserve(scratch, wanted * KvLayout.PageTokens))
        {
            Release(scratch);
            Release(held);
            return PageHold.NoRoom;
        }

        return PageHold.Held;
    }

    /// <summary>Whether all that was published in some pages before is noted as gone, and was taken with <see cref="TakeDelta"/>, and no page beside the pool waits for it.</summary>
    public bool AreTold(SequencePages pages)
    {
        foreach (int page in pages.Pages)
        {
            if (_uses.Changed?.Contains(page) == true)
                return false;
            foreach (PageTransfer transfer in Transfers)
            {
                if (transfer.From == page)
                    return false;
            }
        }

        return true;
    }

    private void Open(SequencePages sequence, in PageRoot root)
    {
        sequence.State = SequencePagesState.Active;
        sequence.Root = root;
        sequence.Restoring = false;
        _active.AddLast(sequence);
    }
}
