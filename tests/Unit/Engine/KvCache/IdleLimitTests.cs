using OrleansInference.Engine.KvCache;

namespace OrleansInference.Unit.Engine.KvCache;

/// <summary>Pages that a root keeps while no sequence uses them.</summary>
public sealed class IdleLimitTests
{
    private static readonly PageRoot Mine = PageRoot.Create("m", "", [1]);
    private static readonly PageRoot Yours = PageRoot.Create("m", "", [2]);

    [Fact]
    public void The_own_least_recently_used_pages_leave_and_no_page_leaves_before_one_that_continues_it()
    {
        PageAllocator allocator = new(32);
        Serve(allocator, Yours, Tokens(80, 1));
        Serve(allocator, Mine, Tokens(64, 2), limit: 6);
        Serve(allocator, Mine, Tokens(64, 3), limit: 6);
        Assert.Equal(5 + 6, allocator.Statistics.Cached);
        Assert.Equal((32, 64, 80), (Find(allocator, Mine, Tokens(65, 2), 6), Find(allocator, Mine, Tokens(65, 3), 6), Find(allocator, Yours, Tokens(81, 1))));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 48)]
    [InlineData(10, 160)]
    [InlineData(11, 160)]
    public void A_conversation_longer_than_the_limit_keeps_its_beginning(int limit, int kept)
    {
        PageAllocator allocator = new(32);
        Serve(allocator, Mine, Tokens(160, 1), limit);
        Assert.Equal(kept, Serve(allocator, Mine, Tokens(161, 1), limit));
    }

    [Fact]
    public void A_lower_limit_is_in_force_when_the_next_sequence_begins_and_pages_in_use_do_not_count()
    {
        PageAllocator allocator = new(32);
        Serve(allocator, Yours, Tokens(64, 1));
        Serve(allocator, Mine, Tokens(64, 2));
        Serve(allocator, Mine, Tokens(64, 3));
        SequencePages sequence = new();
        Assert.Equal(64, allocator.Begin(sequence, Mine, Tokens(65, 2), limit: 1));
        Assert.Equal((4, 4 + 1), (allocator.Statistics.InUse, allocator.Statistics.Cached));
        allocator.Release(sequence);
        Assert.Equal((0, 4 + 1), (allocator.Statistics.InUse, allocator.Statistics.Cached));
        Assert.Null(allocator.FindViolation());
    }

    [Fact]
    public void Pages_on_the_host_count_and_leave_first()
    {
        PageAllocator allocator = new(4, hostPages: 12);
        Serve(allocator, Yours, Tokens(64, 1));
        Serve(allocator, Mine, Tokens(64, 2));
        Serve(allocator, Mine, Tokens(64, 3));
        Assert.Equal(8, allocator.Statistics.HostSlotsUsed);
        Serve(allocator, Mine, Tokens(16, 4), limit: 4);
        Assert.Equal((4, 4), (allocator.Statistics.Cached, allocator.Statistics.HostSlotsUsed)); // the slots are those of the other root
        Assert.Equal((0, 48), (Find(allocator, Mine, Tokens(17, 2), 4), Find(allocator, Mine, Tokens(49, 3), 4)));
        Assert.Equal(64, allocator.Begin(new SequencePages(), Yours, Tokens(65, 1)));
        Assert.Null(allocator.FindViolation());
    }

    [Fact]
    public void Pages_of_another_router_count()
    {
        PageAllocator before = new(32);
        Serve(before, Yours, Tokens(64, 1));
        Serve(before, Mine, Tokens(64, 2));
        PageAllocator after = new(32);
        after.Cache.TakeOver(before.Published.List());
        Serve(after, Mine, Tokens(16, 3), limit: 2);
        Assert.Equal(4 + 2, after.Statistics.Cached);
        Assert.Equal((16, 64), (Find(after, Mine, Tokens(65, 2), 2), Find(after, Yours, Tokens(65, 1))));
    }

    [Fact]
    public void A_conversation_within_the_limit_comes_back_from_the_host_in_parts()
    {
        PageAllocator allocator = new(16, hostPages: 16);
        Serve(allocator, Mine, Tokens(160, 1), limit: 10);
        Serve(allocator, Yours, Tokens(256, 2));
        SequencePages sequence = new();
        for (int part = 1; part <= 4; part++)
        {
            allocator.Host.AllowRestores(3);
            Assert.Equal(Math.Min(160, part * 48), allocator.Begin(sequence, Mine, Tokens(161, 1), limit: 10));
            Assert.Equal(part < 4, sequence.Restoring);
            allocator.Release(sequence);
            Assert.Null(allocator.FindViolation());
        }
    }

    [Fact]
    public void The_limit_is_kept_without_allocations()
    {
        PageAllocator allocator = new(32);
        SequencePages sequence = new();
        int[][] texts = [.. Enumerable.Range(0, 8).Select(static seed => Tokens(64, seed))];
        Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Round();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Round()
        {
            foreach (int[] text in texts)
            {
                Serve(allocator, sequence, Mine, text, 3);
                Serve(allocator, sequence, Yours, text, 0);
            }
        }
    }

    private static int Serve(PageAllocator allocator, in PageRoot root, int[] tokens, int limit = int.MaxValue)
    {
        int cached = Serve(allocator, new SequencePages(), root, tokens, limit);
        Assert.Null(allocator.FindViolation());
        return cached;
    }

    private static int Serve(PageAllocator allocator, SequencePages sequence, in PageRoot root, int[] tokens, int limit)
    {
        int cached = allocator.Begin(sequence, root, tokens, limit);
        if (!allocator.TryReserve(sequence, tokens.Length))
            Assert.Fail("the pool is too small");
        allocator.Commit(sequence, tokens.AsSpan(cached));
        allocator.Release(sequence);
        return cached;
    }

    private static int Find(PageAllocator allocator, in PageRoot root, int[] tokens, int limit = int.MaxValue)
    {
        SequencePages sequence = new();
        int cached = allocator.Begin(sequence, root, tokens, limit);
        allocator.Release(sequence);
        Assert.Null(allocator.FindViolation());
        return cached;
    }

    private static int[] Tokens(int count, int seed) => [.. Enumerable.Range(0, count).Select(index => (seed * 1000) + index)];
}
