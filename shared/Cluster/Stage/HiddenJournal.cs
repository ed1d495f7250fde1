using System.Numerics;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// The hidden states that went into a layer, of tokens whose pages still hold them, by page and place in the page, in host memory. Written with every step, so an entry
/// is always of the page's last owner.
/// </summary>
/// <param name="budget">What may be kept, of this journal and of others.</param>
/// <param name="width">Floats of a row.</param>
internal sealed class HiddenJournal(JournalBudget budget, int width)
{
    private readonly Dictionary<int, JournalBudget.Entry> _pages = [];
    private JournalBudget _budget = budget;

    /// <summary>Takes the rows of a step.</summary>
    /// <param name="batch">Where they belong.</param>
    /// <param name="hidden">[rows, width]</param>
    public void Record(StepBatch batch, ReadOnlySpan<float> hidden)
    {
        if (!_budget.HasRoom)
        {
            return;
        }

        foreach (SequenceSlice slice in batch.Slices)
        {
            for (int i = 0; i < slice.Count; i++)
            {
                int position = slice.Start + i;
                JournalBudget.Entry entry = Open(batch.Pages[slice.FirstPage + (position / KvLayout.PageTokens)]);
                int place = position % KvLayout.PageTokens;
                hidden.Slice((slice.FirstRow + i) * width, width).CopyTo(entry.Rows.AsSpan(place * width));
                entry.Present |= 1 << place;
            }
        }
    }

    /// <summary>Follows a page that is copied.</summary>
    public void Copy(int from, int to)
    {
        Remove(to);
        if (_pages.TryGetValue(from, out JournalBudget.Entry? entry))
        {
            JournalBudget.Entry copy = Open(to);
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
            if (!_pages.TryGetValue(pages[index], out JournalBudget.Entry? entry) || (entry.Present & wanted) != wanted)
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
            JournalBudget.Entry entry = _pages[pages[position / KvLayout.PageTokens]];
            entry.Rows.AsSpan(position % KvLayout.PageTokens * width, width).CopyTo(rows.AsSpan((position - start) * width));
        }

        return rows;
    }

    /// <summary>The rows of a page as they are sent to another device; null where there are none.</summary>
    /// <param name="page">The page.</param>
    /// <param name="before">The layer that they go into.</param>
    public KeptRows? Read(int page, int before)
    {
        if (!_pages.TryGetValue(page, out JournalBudget.Entry? entry) || entry.Present == 0)
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
        Remove(page);
        if (!_budget.HasRoom || kept is null || kept.Rows.Length != BitOperations.PopCount((uint)kept.Present) * width)
        {
            return;
        }

        JournalBudget.Entry entry = Open(page);
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

    /// <summary>Gives up a page's rows.</summary>
    public void Remove(int page)
    {
        if (_pages.Remove(page, out JournalBudget.Entry? entry))
        {
            _budget.Remove(entry);
        }
    }

    /// <summary>Gives up all.</summary>
    public void Clear()
    {
        foreach (JournalBudget.Entry entry in _pages.Values)
        {
            _budget.Remove(entry);
        }

        _pages.Clear();
    }

    /// <summary>Belongs to another budget from now on.</summary>
    public void MoveTo(JournalBudget budget)
    {
        JournalBudget.Entry[] entries = [.. _pages.Values];
        Array.ForEach(entries, _budget.Remove);
        _budget = budget;
        Array.ForEach(entries, budget.Add);
    }

    private JournalBudget.Entry Open(int page)
    {
        if (_pages.TryGetValue(page, out JournalBudget.Entry? entry))
        {
            _budget.Touch(entry);
        }
        else
        {
            entry = _budget.Add(this, page, new float[KvLayout.PageTokens * width]);
            _pages.Add(page, entry);
        }

        return entry;
    }
}
