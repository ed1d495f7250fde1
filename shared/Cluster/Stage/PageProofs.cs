using OrleansInference.Cluster.Protocol;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// Proofs of the contents of a stage's pages, for each layer: the tokens whose keys and values were written, the page before them, and, once a page is full, a
/// checksum of the bytes. A full page is proven by its hash (which covers all tokens up to its end) and its checksum. A page without them is used by no
/// sequence and no other device.
/// </summary>
/// <remarks>
/// All layers of a page share one list of tokens, with a count for each layer: for layers that were recomputed or arrived from another device, the count covers the tokens that agree
/// with the last write. Belongs to the device's thread.
/// </remarks>
internal sealed class PageProofs(IStageWork work)
{
    private const int PageTokens = KvLayout.PageTokens;

    private readonly SortedList<int, LayerPages> _layers = [];
    private readonly Entry[] _entries = new Entry[work.PageCount + work.HostPages];
    private readonly int[] _tokens = new int[(work.PageCount + work.HostPages) * PageTokens]; // [pages, PageTokens]
    private LayerPages[] _written = []; // the layers of the last range that was used
    private LayerRange _writtenRange;

    /// <summary>Records the rows that a step or a replay has written.</summary>
    /// <param name="layers">The layers that were computed.</param>
    /// <param name="batch">The rows.</param>
    public void Write(LayerRange layers, StepBatch batch)
    {
        LayerPages[] written = PagesOf(layers);
        foreach (SequenceSlice slice in batch.Slices)
        {
            ReadOnlySpan<int> tokens = batch.Tokens.Slice(slice.FirstRow, slice.Count);
            ReadOnlySpan<int> table = batch.Pages.Slice(slice.FirstPage, slice.PageCount);
            for (int position = slice.Start; tokens.Length > 0;)
            {
                int index = position / PageTokens;
                int offset = position % PageTokens;
                int count = Math.Min(tokens.Length, PageTokens - offset);
                int page = table[index];
                PageHash? before = offset > 0 ? _entries[page].Before : index > 0 ? HashOf(table[index - 1], written) : default(PageHash);
                Write(layers, written, page, offset, tokens[..count], before);
                tokens = tokens[count..];
                position += count;
            }
        }
    }

    /// <summary>
    /// Copies the proof of a page that is copied in some layers. A full page is compared with its checksum first, because a copy that is used only in part has no checksum.
    /// </summary>
    /// <returns>False if the page is corrupted. Neither page has a proof then.</returns>
    public bool Copy(LayerRange layers, int from, int to)
    {
        bool whole = Verify(layers, from);
        if (!whole)
        {
            Forget(layers, from);
        }

        if (Read(layers, from) is { } proof)
        {
            Set(layers, to, proof);
        }
        else
        {
            Forget(layers, to);
        }

        return whole;
    }

    /// <summary>Returns the proof of a page in some layers; null if one of the layers has none.</summary>
    public PageProof? Read(LayerRange layers, int page)
    {
        int count = PageTokens;
        foreach (LayerPages layer in PagesOf(layers))
        {
            count = Math.Min(count, layer.Counts[page]);
        }

        return count == 0 ? null : new PageProof(_entries[page].Before, _tokens.AsSpan(page * PageTokens, count).ToArray(), Checksums(layers, page, full: count == PageTokens));
    }

    /// <summary>Stores the proof of a page whose contents were received and written.</summary>
    /// <returns>Whether the contents match the proof, or there is none.</returns>
    public bool Take(LayerRange layers, int page, PageProof? proof)
    {
        if (proof is null || !Checksums(layers, page, full: false).AsSpan().SequenceEqual(proof.Checksums))
        {
            Forget(layers, page);
            return proof is null;
        }

        Set(layers, page, proof);
        return true;
    }

    /// <summary>Takes over the proofs of layers that have arrived from other devices.</summary>
    public void Take(PageProofs arrived)
    {
        foreach (LayerRange layers in arrived.Runs())
        {
            for (int page = 0; page < _entries.Length; page++)
            {
                if (arrived.Read(layers, page) is { } proof)
                {
                    Set(layers, page, proof);
                }
                else
                {
                    Forget(layers, page);
                }
            }
        }
    }

    /// <summary>Forgets all layers except these.</summary>
    public void Keep(LayerRange layers, LayerRange arriving)
    {
        foreach (int layer in _layers.Keys.Where(layer => !layers.Contains(layer) && !arriving.Contains(layer)).ToArray())
        {
            _layers.Remove(layer);
        }

        _written = [];
        _writtenRange = default;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Keep(default, default);
        Array.Clear(_entries);
    }

    /// <summary>
    /// Returns the full pages of the pool that are proven in some of these layers, once for each run of layers. Layers that ran here a few plans ago may still be proven, in addition to
    /// those that have just arrived.
    /// </summary>
    public ProvenPage[] Inventory(LayerRange layers)
    {
        LayerPages[] pages = PagesOf(layers);
        List<ProvenPage> proven = [];
        foreach (int page in Enumerable.Range(0, work.PageCount).Where(page => _entries[page].Count == PageTokens))
        {
            proven.AddRange(layers.RunsWhere(layer => pages[layer - layers.First].Counts[page] == PageTokens).Select(run => new ProvenPage(page, _entries[page].Hash, run)));
        }

        return [.. proven];
    }

    /// <summary>Compares the contents of a page with its checksums. The proof of layers in which they differ is forgotten.</summary>
    /// <returns>Whether nothing differs.</returns>
    public bool Compare(LayerRange layers, int page) => _entries[page].Count < PageTokens || Verify(layers, page);

    /// <summary>Checks the pages that a sequence takes from the cache: their contents, and that each continues the one before it.</summary>
    /// <param name="layers">The layers that will read them.</param>
    /// <param name="table">Pages of the sequence.</param>
    /// <param name="tokens">Number of tokens that the sequence has in them. The last page may be partly filled; only its tokens are compared, because it has no checksum.</param>
    /// <returns>The pages that are not proven; null if all are.</returns>
    public List<int>? FindCorrupted(LayerRange layers, ReadOnlySpan<int> table, int tokens)
    {
        List<int>? corrupted = null;
        LayerPages[] pages = PagesOf(layers);
        PageHash before = default;
        foreach (int page in table[..(tokens / PageTokens)])
        {
            bool proven = HashOf(page, pages) is not null && _entries[page].Before == before && Verify(layers, page);
            before = _entries[page].Hash;
            if (!proven)
            {
                Forget(layers, page);
                (corrupted ??= []).Add(page);
            }
        }

        if (tokens % PageTokens is > 0 and var begun && !HasTokens(pages, table[tokens / PageTokens], begun, before))
        {
            (corrupted ??= []).Add(table[tokens / PageTokens]);
        }

        return corrupted;
    }

    /// <summary>Forgets the proof of a page in some layers.</summary>
    public void Forget(LayerRange layers, int page)
    {
        foreach (LayerPages layer in PagesOf(layers))
        {
            layer.Counts[page] = 0;
        }
    }

    private bool Verify(LayerRange layers, int page)
    {
        bool same = true;
        for (int layer = layers.First; layer < layers.End; layer++)
        {
            LayerPages pages = PagesOf(layer);
            if (pages.Counts[page] == PageTokens && work.Checksum(layer, page) != pages.Checksums[page])
            {
                pages.Counts[page] = 0;
                same = false;
            }
        }

        return same;
    }

    private void Write(LayerRange layers, LayerPages[] written, int page, int offset, ReadOnlySpan<int> tokens, PageHash? before)
    {
        ref Entry entry = ref _entries[page];
        bool continues = entry.Count >= offset && entry.Before == before;
        if (before is null || (offset > 0 && !continues))
        {
            // The tokens before these are unknown, so the contents of the page are unknown too.
            foreach (LayerPages layer in written)
            {
                layer.Counts[page] = 0;
            }

            return;
        }

        Span<int> known = _tokens.AsSpan(page * PageTokens, PageTokens);
        int end = offset + tokens.Length;
        int same = continues ? offset + known[offset..entry.Count].CommonPrefixLength(tokens) : 0;
        if (same < end)
        {
            Shorten(layers, page, same);
            tokens.CopyTo(known[offset..]);
            entry.Before = before.Value;
            entry.Count = (byte)end;
            if (end == PageTokens)
            {
                entry.Hash = before.Value.Next(known);
            }
        }

        for (int i = 0; i < written.Length; i++)
        {
            int count = written[i].Counts[page];
            if (same == end && count >= end)
            {
                // The same tokens were written again, for example because sequences that share the page are restored one after the other. The rest of the page is unchanged.
                continue;
            }

            bool whole = offset == 0 || count >= offset;
            written[i].Counts[page] = whole ? (byte)end : (byte)0;
            if (whole && end == PageTokens)
            {
                written[i].Checksums[page] = work.Checksum(layers.First + i, page);
            }
        }
    }

    /// <summary>Reduces the counts of other layers to the tokens that agree with the current write.</summary>
    private void Shorten(LayerRange written, int page, int count)
    {
        for (int i = 0; i < _layers.Count; i++)
        {
            if (!written.Contains(_layers.GetKeyAtIndex(i)))
            {
                LayerPages pages = _layers.GetValueAtIndex(i);
                pages.Counts[page] = Math.Min(pages.Counts[page], (byte)count);
            }
        }
    }

    private void Set(LayerRange layers, int page, PageProof proof)
    {
        ref Entry entry = ref _entries[page];
        Span<int> known = _tokens.AsSpan(page * PageTokens, PageTokens);
        Shorten(layers, page, entry.Before == proof.Before ? known[..entry.Count].CommonPrefixLength(proof.Tokens) : 0);
        proof.Tokens.CopyTo(known);
        entry = new Entry { Before = proof.Before, Count = (byte)proof.Tokens.Length };
        if (entry.Count == PageTokens)
        {
            entry.Hash = proof.Before.Next(known);
        }

        for (int layer = layers.First; layer < layers.End; layer++)
        {
            LayerPages pages = PagesOf(layer);
            pages.Counts[page] = entry.Count;
            pages.Checksums[page] = proof.Checksums[layer - layers.First];
        }
    }

    /// <summary>Returns the hash of a page that is full in all of these layers; null if it is not.</summary>
    private PageHash? HashOf(int page, LayerPages[] layers)
    {
        bool full = _entries[page].Count == PageTokens;
        foreach (LayerPages layer in layers)
        {
            full &= layer.Counts[page] == PageTokens;
        }

        return full ? _entries[page].Hash : null;
    }

    /// <summary>Returns whether all of these layers have the first tokens of a page, and the page continues the given one.</summary>
    private bool HasTokens(LayerPages[] layers, int page, int tokens, PageHash before)
    {
        bool has = _entries[page].Before == before;
        foreach (LayerPages layer in layers)
        {
            has &= layer.Counts[page] >= tokens;
        }

        return has;
    }

    /// <summary>Returns the layers that may have proofs.</summary>
    private List<LayerRange> Runs() => _layers.Count == 0 ? [] : new LayerRange(_layers.Keys.First(), _layers.Keys.Last() + 1).RunsWhere(_layers.ContainsKey);

    private ulong[] Checksums(LayerRange layers, int page, bool full)
    {
        ulong[] checksums = new ulong[layers.Count];
        for (int i = 0; i < checksums.Length; i++)
        {
            checksums[i] = full ? PagesOf(layers.First + i).Checksums[page] : work.Checksum(layers.First + i, page);
        }

        return checksums;
    }

    private LayerPages PagesOf(int layer)
    {
        if (!_layers.TryGetValue(layer, out LayerPages? pages))
        {
            _layers.Add(layer, pages = new LayerPages(_entries.Length));
        }

        return pages;
    }

    private LayerPages[] PagesOf(LayerRange layers)
    {
        if (layers != _writtenRange)
        {
            _written = [.. Enumerable.Range(layers.First, layers.Count).Select(PagesOf)];
            _writtenRange = layers;
        }

        return _written;
    }

    /// <summary>The state that all layers of a page share.</summary>
    private struct Entry
    {
        public PageHash Before;
        public PageHash Hash; // of a full page
        public byte Count; // tokens
    }

    private sealed class LayerPages(int pages)
    {
        /// <summary>For each page, the number of its tokens that the layer has.</summary>
        public byte[] Counts { get; } = new byte[pages];

        /// <summary>Checksums of the pages that are full in the layer.</summary>
        public ulong[] Checksums { get; } = new ulong[pages];
    }
}
