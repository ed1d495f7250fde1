using System.Numerics;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// The input of a layer (hidden states) for the tokens of the pages, in host memory, by page and position in the page. Every step writes to it, so an entry always belongs to the page's
/// current owner.
/// </summary>
/// <param name="budget">The limit of pages that this journal shares with others.</param>
/// <param name="width">Floats of a row.</param>
internal sealed class HiddenJournal(JournalBudget budget, int width)
{
    private readonly Dictionary<int, JournalBudget.Entry> _pages = [];
    private JournalBudget _budget = budget;

    /// <summary>Records the rows of a step.</summary>
    /// <param name="batch">Their sequences, positions and pages.</param>
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

    /// <summary>Copies the rows of one page to another.</summary>
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

    /// <summary>Returns whether all rows of a sequence's positions <paramref name="start"/> … <paramref name="end"/> − 1 are kept.</summary>
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

    /// <summary>Returns the rows of a sequence's positions <paramref name="start"/> … <paramref name="end"/> − 1: [end − start, width].</summary>
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

    /// <summary>Returns the rows of a page in the form that is sent to another device; null if none are kept.</summary>
    /// <param name="page">The page.</param>
    /// <param name="before">The layer whose input the rows are.</param>
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

    /// <summary>Replaces the rows of a page by those of another device.</summary>
    /// <param name="page">The page.</param>
    /// <param name="kept">The rows; null for none.</param>
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

    /// <summary>Removes a page's rows.</summary>
    public void Remove(int page)
    {
        if (_pages.Remove(page, out JournalBudget.Entry? entry))
        {
            _budget.Remove(entry);
        }
    }

    /// <summary>Removes all rows.</summary>
    public void Clear()
    {
        foreach (JournalBudget.Entry entry in _pages.Values)
        {
            _budget.Remove(entry);
        }

        _pages.Clear();
    }

    /// <summary>Moves all rows to another budget.</summary>
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
