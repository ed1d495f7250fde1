using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Unit.Engine.KvCache;

/// <summary>What one allocator has published, another that goes on with the same pool finds.</summary>
public sealed class PageTakeOverTests
{
    private static readonly PageRoot[] Roots = [PageRoot.Create("m", "", [1]), PageRoot.Create("m", "", [2])];

    [Fact]
    public void Every_full_page_is_found_again_where_it_was() => Seeded.Run(static random =>
    {
        PageAllocator before = new(40);
        List<(SequencePages Pages, PageRoot Root, int[] Tokens)> sequences = [];
        for (int i = 0; i < 6; i++)
        {
            PageRoot root = Roots[random.Next(2)];
            int[] tokens = Tokens(random);
            sequences.Add((Computed(before, root, tokens), root, tokens));
        }

        foreach (var ended in sequences.Where(_ => random.Next(3) == 0))
        {
            before.Release(ended.Pages);
        }

        int[][] pages = [.. sequences.Select(static sequence => sequence.Pages.Pages.ToArray())];
        PageAllocator after = new(40);
        after.Cache.TakeOver(before.Published.List());

        Assert.Null(after.FindViolation());
        Assert.Equal(0, after.Statistics.InUse);
        for (int i = 0; i < sequences.Count; i++)
        {
            (SequencePages old, PageRoot root, int[] tokens) = sequences[i];
            SequencePages again = new();
            Assert.Equal(tokens.Length / KvLayout.PageTokens * KvLayout.PageTokens, after.Begin(again, root, [.. tokens, 7]));
            if (old.IsActive)
            {
                Assert.Equal(pages[i][..again.PageCount], again.Pages.ToArray());
            }
        }

        Assert.Null(after.FindViolation());
    });

    [Fact]
    public void What_would_be_evicted_first_still_is() => Seeded.Run(static random =>
    {
        PageAllocator before = new(12);
        for (int i = 0; i < 4; i++)
        {
            before.Release(Computed(before, Roots[i % 2], Tokens(random)));
        }

        PageAllocator after = new(12);
        PublishedPage[] published = before.Published.List();
        after.Cache.TakeOver(published);
        Assert.Equal(published.Select(static page => page.Page), after.Published.List().Select(static page => page.Page));
        Assert.Equal(Evicted(before), Evicted(after));
    });

    [Fact]
    public void What_a_sequence_holds_is_evicted_after_what_none_does()
    {
        PageAllocator before = new(4);
        Computed(before, Roots[0], [.. Enumerable.Range(0, 32)]);
        before.Release(Computed(before, Roots[1], [.. Enumerable.Range(0, 32)]));
        PageAllocator after = new(4);
        after.Cache.TakeOver(before.Published.List());
        Computed(after, Roots[0], [.. Enumerable.Range(100, 32)]);
        Assert.Equal(32, after.Begin(new SequencePages(), Roots[0], [.. Enumerable.Range(0, 33)]));
        Assert.Equal(0, after.Begin(new SequencePages(), Roots[1], [.. Enumerable.Range(0, 33)]));
    }

    [Fact]
    public void A_smaller_pool_takes_what_it_has_room_for_and_nothing_that_continues_the_rest()
    {
        PageAllocator before = new(4);
        SequencePages first = Computed(before, Roots[0], [.. Enumerable.Range(0, 64)]);
        int last = first.Pages.ToArray().Max();
        int kept = first.Pages.ToArray().TakeWhile(page => page < last).Count();
        PageAllocator after = new(last);
        after.Cache.TakeOver(before.Published.List());
        Assert.Null(after.FindViolation());
        Assert.Equal(kept, after.Statistics.Cached);
    }

    private static SequencePages Computed(PageAllocator allocator, in PageRoot root, int[] tokens)
    {
        SequencePages sequence = new();
        int cached = allocator.Begin(sequence, root, tokens);
        Assert.True(allocator.TryReserve(sequence, tokens.Length));
        allocator.Commit(sequence, tokens.AsSpan(cached));
        return sequence;
    }

    // Of two symbols each, so that beginnings are shared.
    private static int[] Tokens(Random random)
    {
        int[] tokens = new int[random.Next(1, 6) * 8];
        for (int i = 0; i < tokens.Length; i += 8)
        {
            tokens.AsSpan(i, 8).Fill(random.Next(2));
        }

        return tokens;
    }

    /// <summary>Cached pages in the order in which new sequences push them out.</summary>
    private static List<int> Evicted(PageAllocator allocator)
    {
        List<int> evicted = [];
        HashSet<int> cached = [.. allocator.Published.List().Select(static page => page.Page)];
        for (int fill = 0; cached.Count > 0; fill++)
        {
            SequencePages one = new();
            allocator.Begin(one, Roots[0], [1000 + fill]);
            Assert.True(allocator.TryReserve(one, 1));
            HashSet<int> left = [.. allocator.Published.List().Select(static page => page.Page)];
            evicted.AddRange(cached.Except(left).Order());
            cached = left;
        }

        return evicted;
    }
}
