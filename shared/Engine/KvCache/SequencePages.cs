using OrleansInference.Compute;

namespace OrleansInference.Engine.KvCache;

/// <summary>What a <see cref="SequencePages"/> stands for at the moment.</summary>
internal enum SequencePagesState
{
    /// <summary>Holds no pages.</summary>
    Empty,

    /// <summary>A sequence that takes part in steps.</summary>
    Active,

    /// <summary>An idle session's pages, kept until they are needed elsewhere.</summary>
    Leased,
}

/// <summary>The page table of one sequence, filled by one <see cref="PageAllocator"/>. Reusable; its array only grows.</summary>
internal sealed class SequencePages
{
    private int[] _pages = [];

    public SequencePagesState State { get; internal set; }

    /// <summary>
    /// Entry i holds positions 16i … 16i + 15. Pages past <see cref="Length"/> are reserved.
    /// Changes with every call to the allocator for this sequence.
    /// </summary>
    public ReadOnlySpan<int> Pages => _pages.AsSpan(0, PageCount);

    /// <summary>Tokens committed: their keys and values are in the pages.</summary>
    public int Length { get; internal set; }

    /// <summary>Prompt tokens that <see cref="PageAllocator.Begin"/> found; the next step starts after them.</summary>
    public int CachedTokens { get; internal set; }

    /// <summary>Whether <see cref="PageAllocator.Begin"/> left pages of the prompt in the store for later.</summary>
    public bool Restoring { get; internal set; }

    /// <summary>Tokens that the pages have room for.</summary>
    public int Capacity => PageCount * KvLayout.PageTokens;

    internal int PageCount { get; private set; }

    /// <summary>Whether there are full pages among them that no step was told of as adopted.</summary>
    internal bool Adopted { get; set; }

    internal PageRoot Root { get; set; }

    // The list of active sequences, or of leases in the order in which they were made.
    internal SequencePages? Next { get; set; }

    internal SequencePages? Previous { get; set; }

    /// <summary>Whether the next step is the first to go on from pages of the cache; it is told so once.</summary>
    internal bool TakeAdopted()
    {
        bool adopted = Adopted;
        Adopted = false;
        return adopted;
    }

    internal void Add(int page)
    {
        if (PageCount == _pages.Length)
            Array.Resize(ref _pages, Math.Max(16, _pages.Length * 2));
        _pages[PageCount++] = page;
    }

    internal int RemoveLast() => _pages[--PageCount];

    internal void Set(int index, int page) => _pages[index] = page;
}
