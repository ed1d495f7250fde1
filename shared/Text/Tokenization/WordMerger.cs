using System.Runtime.InteropServices;

namespace OrleansInference.Text.Tokenization;

/// <summary>
/// Merges the symbols of one word. Short words look for the best pair anew each time; long ones keep a heap of candidate merges over a linked list,
/// so that a word of n symbols takes n log n steps.
/// </summary>
internal static class WordMerger
{
    private const int ShortWord = 24;

    /// <summary>Appends the merged ids to <paramref name="output"/>; overwrites <paramref name="symbols"/>.</summary>
    public static void Merge(MergeTable merges, List<int> symbols, List<int> output)
    {
        if (symbols.Count <= ShortWord)
            MergeShort(merges, CollectionsMarshal.AsSpan(symbols), output);
        else
            MergeLong(merges, CollectionsMarshal.AsSpan(symbols), output);
    }

    private static void MergeShort(MergeTable merges, Span<int> ids, List<int> output)
    {
        Span<int> ranks = stackalloc int[ShortWord];
        Span<int> merged = stackalloc int[ShortWord];
        int count = ids.Length;
        for (int i = 0; i + 1 < count; i++)
            Rate(merges, ids, i, ranks, merged);
        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < count; i++)
            {
                if (ranks[i] < ranks[best])
                    best = i;
            }
            if (ranks[best] == int.MaxValue)
                break;
            ids[best] = merged[best];
            ids[(best + 2)..count].CopyTo(ids[(best + 1)..]);
            ranks[(best + 1)..count].CopyTo(ranks[best..]);
            merged[(best + 1)..count].CopyTo(merged[best..]);
            count--;
            if (best > 0)
                Rate(merges, ids, best - 1, ranks, merged);
            if (best + 1 < count)
                Rate(merges, ids, best, ranks, merged);
        }
        output.AddRange(ids[..count]);
    }

    private static void Rate(MergeTable merges, Span<int> ids, int index, Span<int> ranks, Span<int> merged)
    {
        bool exists = merges.TryFind(ids[index], ids[index + 1], out int rank, out merged[index]);
        ranks[index] = exists ? rank : int.MaxValue;
    }

    private static void MergeLong(MergeTable merges, Span<int> ids, List<int> output)
    {
        const int Removed = -1;
        int count = ids.Length;
        var next = new int[count];
        var previous = new int[count];
        var queue = new MergeHeap(count);
        for (int i = 0; i < count; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1;
            if (i + 1 < count && merges.TryFind(ids[i], ids[i + 1], out int rank, out int merged))
                queue.Push(rank, i, merged);
        }
        while (queue.TryPop(out int position, out int expected))
        {
            int right = next[position];
            if (ids[position] == Removed || right == count)
                continue;
            // The pair may have changed since it was queued.
            if (!merges.TryFind(ids[position], ids[right], out _, out int merged) || merged != expected)
                continue;
            ids[position] = merged;
            ids[right] = Removed;
            int after = next[position] = next[right];
            if (after < count)
                previous[after] = position;
            int before = previous[position];
            if (before >= 0 && merges.TryFind(ids[before], merged, out int rankBefore, out int mergedBefore))
                queue.Push(rankBefore, before, mergedBefore);
            if (after < count && merges.TryFind(merged, ids[after], out int rankAfter, out int mergedAfter))
                queue.Push(rankAfter, position, mergedAfter);
        }
        for (int i = 0; i < count; i = next[i])
            output.Add(ids[i]);
    }
}
