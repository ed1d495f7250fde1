using OrleansInference.Compute;

namespace OrleansInference.Engine.KvCache;

/// <summary>Finding the prefix of a prompt that is computed already, and publishing full pages for others to find.</summary>
internal sealed partial class PageAllocator
{
    private int CommonLength(SequencePages sequence, ReadOnlySpan<int> prompt)
    {
        int length = 0;
        while (length < sequence.Length)
        {
            int here = Math.Min(KvLayout.PageTokens, sequence.Length - length);
            int same = prompt[length..].CommonPrefixLength(TokensOf(sequence.Pages[length / KvLayout.PageTokens])[..here]);
            length += same;
            if (same < here)
                break;
        }

        return length;
    }

    private void ExtendFromCache(SequencePages sequence, ReadOnlySpan<int> prompt)
    {
        int index = sequence.Length / KvLayout.PageTokens;
        int parent = index == 0 ? PrefixTree.None : _uses.Entry(sequence.Pages[index - 1]);
        bool loading = false;
        for (; (index + 1) * KvLayout.PageTokens <= prompt.Length; index++)
        {
            int entry = FindPage(parent, sequence.Root, prompt, index);
            if (entry == PrefixTree.None)
                break;
            if (_tree.Page(entry) == PrefixTree.None)
            {
                if (!loading)
                    TouchPath(entry, sequence.Root, prompt, index);
                loading = true;
                if (!TryLoad(sequence, entry))
                    break;
            }

            Truncate(sequence, index * KvLayout.PageTokens);
            _uses.Change(_tree.Page(entry), 1, 0);
            sequence.Add(_tree.Page(entry));
            sequence.Length += KvLayout.PageTokens;
            parent = entry;
        }
    }

    private int FindPage(int parent, in PageRoot root, ReadOnlySpan<int> prompt, int index)
    {
        ReadOnlySpan<int> tokens = prompt.Slice(index * KvLayout.PageTokens, KvLayout.PageTokens);
        return _tree.Find(parent, root, _tree.NameAfter(parent, root, tokens), tokens);
    }

    /// <summary>Publishes a full page, or puts an equal one in its place.</summary>
    private void Publish(SequencePages sequence, int index)
    {
        int page = sequence.Pages[index];
        int parent = index == 0 ? PrefixTree.None : _uses.Entry(sequence.Pages[index - 1]);
        ReadOnlySpan<int> tokens = TokensOf(page);
        PageHash name = _tree.NameAfter(parent, sequence.Root, tokens);
        int entry = _tree.Find(parent, sequence.Root, name, tokens);
        if (entry != PrefixTree.None && _tree.Page(entry) != PrefixTree.None)
        {
            _uses.Change(_tree.Page(entry), 1, 0);
            _uses.Change(page, -1, 0);
            sequence.Set(index, _tree.Page(entry));
            sequence.Adopted = true;
            return;
        }

        if (entry == PrefixTree.None)
            entry = _tree.Add(parent, sequence.Root, name, tokens, page);
        _tree.Page(entry) = page;
        _uses.SetEntry(page, entry);
    }
}
