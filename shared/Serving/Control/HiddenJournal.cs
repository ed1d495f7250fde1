using System.Numerics;
using OrleansInference.Compute;

namespace OrleansInference.Serving.Control;

/// <summary>
/// The hidden states that went into a layer, of tokens whose pages still hold them, by page and place in the page, in host memory. Written with every step, so an entry
/// is always of the page's last owner. When the budget is spent, the page written longest ago goes.
/// </summary>
/// <param name="maxPages">Pages that it keeps; 0 keeps none.</param>
/// <param name="width">Floats of a row.</param>
internal sealed class HiddenJournal(int maxPages, int width)
{
    private readonly Dictionary<int, Entry> _pages = [];
    private long _writes;

    /// <summary>Takes the rows of a step.</summary>
    /// <param name="batch">Where they belong.</param>
    /// <param name="hidden">[rows, width]</param>
    public void Record(StepBatch batch, ReadOnlySpan<float> hidden)
    {
        if (maxPages == 0)
        {
            return;
        }

        foreach (SequenceSlice slice in batch.Slices)
        {
            for (int i = 0; i < slice.Count; i++)
            {
                int position = slice.Start + i;
                Entry entry = Open(batch.Pages[slice.FirstPage + (position / KvLayout.PageTokens)]);
                int place = position % KvLayout.PageTokens;
                hidden.Slice((slice.FirstRow + i) * width, width).CopyTo(entry.Rows.AsSpan(place * width));
                entry.Present |= 1 << place;
            }
        }
    }

    /// <summary>Follows a page that is copied.</summary>
    public void Copy(int from, int to)
    {
        _pages.Remove(to);
        if (_pages.TryGetValue(from, out Entry? entry))
        {
            Entry copy = Open(to);
            entry.Rows.CopyTo(copy.Rows, 0);
            copy.Present = entry.Present;
        }
    }

    /// <summary>Whether the rows of a sequence's positions from one on and before another are all there.</summary>
    public bool Holds(ReadOnlySpan<int> pages, int start, int end)
    {
        for (int index = start / KvLayout.PageTokens; index * KvLayout.PageTokens < end; index++)
        {
            int first = Math.Max(0, start - (index * KvLayout.PageTokens));
            int last = Math.Min(KvLayout.PageTokens, end - (index * KvLayout.PageTokens));
            int wanted = (1 << last) - (1 << first);
            if (!_pages.TryGetValue(pages[index], out Entry? entry) || (entry.Present & wanted) != wanted)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The rows of a sequence's positions from one on and before another: [end − start, width].</summary>
    public float[] Read(ReadOnlySpan<int> pages, int start, int end)
    {
        float[] rows = new float[(end - start) * width];
        for (int position = start; position < end; position++)
        {
            Entry entry = _pages[pages[position / KvLayout.PageTokens]];
            entry.Rows.AsSpan(position % KvLayout.PageTokens * width, width).CopyTo(rows.AsSpan((position - start) * width));
        }

        return rows;
    }

    /// <summary>The rows of a page as they are sent to another device; null where there are none.</summary>
    /// <param name="page">The page.</param>
    /// <param name="before">The layer that they go into.</param>
    public KeptRows? Read(int page, int before)
    {
        if (!_pages.TryGetValue(page, out Entry? entry) || entry.Present == 0)
        {
            return null;
        }

        float[] rows = new float[BitOperations.PopCount((uint)entry.Present) * width];
        int row = 0;
        for (int place = 0; place < KvLayout.PageTokens; place++)
        {
            if ((entry.Present & (1 << place)) != 0)
            {
                entry.Rows.AsSpan(place * width, width).CopyTo(rows.AsSpan(row++ * width));
            }
        }

        return new KeptRows(before, entry.Present, rows);
    }

    /// <summary>Takes the rows of a page that another device kept, in place of those that are here.</summary>
    /// <param name="page">The page.</param>
    /// <param name="kept">Null for none.</param>
    public void Write(int page, KeptRows? kept)
    {
        _pages.Remove(page);
        if (maxPages == 0 || kept is null || kept.Rows.Length != BitOperations.PopCount((uint)kept.Present) * width)
        {
            return;
        }

        Entry entry = Open(page);
        entry.Present = kept.Present;
        int row = 0;
        for (int place = 0; place < KvLayout.PageTokens; place++)
        {
            if ((kept.Present & (1 << place)) != 0)
            {
                kept.Rows.AsSpan(row++ * width, width).CopyTo(entry.Rows.AsSpan(place * width));
            }
        }
    }

    private Entry Open(int page)
    {
        if (!_pages.TryGetValue(page, out Entry? entry))
        {
            if (_pages.Count >= maxPages)
            {
                _pages.Remove(_pages.MinBy(static pair => pair.Value.Written).Key);
            }

            entry = new Entry(new float[KvLayout.PageTokens * width]);
            _pages.Add(page, entry);
        }

        entry.Written = ++_writes;
        return entry;
    }

    private sealed class Entry(float[] rows)
    {
        public float[] Rows => rows; // [PageTokens, width]

        public int Present { get; set; } // one bit for each place

        public long Written { get; set; }
    }
}
