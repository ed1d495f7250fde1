using OrleansInference.Compute;

namespace OrleansInference.Engine.KvCache;

/// <summary>The page table of one sequence, filled by one <see cref="PageAllocator"/>. Reusable; its array never shrinks.</summary>
public sealed class SequencePages
{
    private int[] _pages = [];

    /// <summary>Whether the allocator has started the sequence and not released it.</summary>
    public bool IsActive { get; internal set; }

    /// <summary>
    /// Entry i holds positions 16i … 16i + 15. Pages past <see cref="Length"/> are reserved.
    /// Changes with every call to the allocator for this sequence.
    /// </summary>
    public ReadOnlySpan<int> Pages => _pages.AsSpan(0, PageCount);

    /// <summary>Number of committed tokens, whose keys and values are in the pages.</summary>
    public int Length { get; internal set; }

    /// <summary>Number of prompt tokens that <see cref="PageAllocator.Begin"/> found. The next step starts after them.</summary>
    public int CachedTokens { get; internal set; }

    /// <summary>Whether <see cref="PageAllocator.Begin"/> left pages of the prompt on the host, to be restored before a later step.</summary>
    internal bool Restoring { get; set; }

    /// <summary>Number of tokens that the pages have room for.</summary>
    public int Capacity => PageCount * KvLayout.PageTokens;

    public int PageCount { get; private set; }

    /// <summary>Whether the sequence has full pages from the cache that no step has marked as adopted.</summary>
    internal bool Adopted { get; set; }

    public PageRoot Root { get; set; }

    /// <summary>The pages of <see cref="Root"/>; null while the sequence is not active.</summary>
    internal RootPages? Owner { get; set; }

    // The allocator's list of active sequences.
    public SequencePages? Next { get; set; }

    public SequencePages? Previous { get; set; }

    /// <summary>Returns whether the next step is the first that continues from pages of the cache, and resets the flag.</summary>
    internal bool TakeAdopted()
    {
        bool adopted = Adopted;
        Adopted = false;
        return adopted;
    }

    public void Add(int page)
    {
        if (PageCount == _pages.Length)
            Array.Resize(ref _pages, Math.Max(16, _pages.Length * 2));
        _pages[PageCount++] = page;
    }

    public int RemoveLast() => _pages[--PageCount];

    public void Set(int index, int page) => _pages[index] = page;
}
