using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Unit.Engine.KvCache;

/// <summary>A stage's memory in the small: each slot of a page holds a digest of all tokens up to its position, as real keys and values do.</summary>
internal sealed class PageMemory(int pages, int hostPages = 0)
{
    private readonly ulong[][] _pages = Make(pages + hostPages);

    public void Copy(ReadOnlySpan<PageTransfer> transfers)
    {
        foreach (PageTransfer transfer in transfers)
            _pages[transfer.From].CopyTo(_pages[transfer.To], 0);
    }

    /// <summary>Computes positions start … tokens.Count − 1 into the sequence's pages.</summary>
    public void Write(SequencePages sequence, in PageRoot root, IReadOnlyList<int> tokens, int start)
    {
        ulong[] digests = Digests(root, tokens);
        for (int position = start; position < tokens.Count; position++)
            _pages[sequence.Pages[position / KvLayout.PageTokens]][position % KvLayout.PageTokens] = digests[position];
    }

    /// <summary>The first committed position whose contents are not those of these tokens, or −1.</summary>
    public int FirstWrong(SequencePages sequence, in PageRoot root, IReadOnlyList<int> tokens)
    {
        ulong[] digests = Digests(root, tokens);
        for (int position = 0; position < sequence.Length; position++)
        {
            if (_pages[sequence.Pages[position / KvLayout.PageTokens]][position % KvLayout.PageTokens] != digests[position])
                return position;
        }

        return -1;
    }

    private static ulong[][] Make(int count) => [.. Enumerable.Range(0, count).Select(_ => new ulong[KvLayout.PageTokens])];

    private static ulong[] Digests(in PageRoot root, IReadOnlyList<int> tokens)
    {
        ulong[] digests = new ulong[tokens.Count];
        ulong state = root.First ^ 0x9E3779B97F4A7C15;
        for (int position = 0; position < tokens.Count; position++)
        {
            state = (state ^ (uint)tokens[position]) * 0xD6E8FEB86659FD93;
            state ^= state >> 32;
            digests[position] = state;
        }

        return digests;
    }
}
