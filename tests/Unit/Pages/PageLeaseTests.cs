using OrleansInference.Engine.KvCache;

namespace OrleansInference.Unit.Pages;

public sealed class PageLeaseTests
{
    private static readonly PageRoot Root = PageRoot.Create("demo", "", [1]);

    [Fact]
    public void The_next_turn_goes_on_in_the_middle_of_a_page()
    {
        PageAllocator allocator = new(8);
        SequencePages session = Computed(allocator, Tokens(40));
        allocator.Lease(session);
        Assert.Equal(0, allocator.Statistics.InUse);
        Assert.Equal(3, allocator.Statistics.Warm);

        Assert.Equal(40, allocator.Begin(session, Root, Tokens(50)));
        Assert.Equal(3, allocator.Statistics.InUse);
    }

    [Fact]
    public void A_next_turn_with_another_history_keeps_what_is_common()
    {
        PageAllocator allocator = new(8);
        SequencePages session = Computed(allocator, Tokens(40));
        allocator.Lease(session);
        int[] prompt = [.. Tokens(40)[..21], -1, -2, -3];

        Assert.Equal(21, allocator.Begin(session, Root, prompt));
        Assert.True(allocator.TryReserve(session, prompt.Length));
        Assert.Equal(1, allocator.Transfers.Length);
        Assert.Null(allocator.FindViolation());
    }

    [Fact]
    public void A_lease_of_another_root_is_not_used()
    {
        PageAllocator allocator = new(8);
        SequencePages session = Computed(allocator, Tokens(40));
        allocator.Lease(session);

        Assert.Equal(0, allocator.Begin(session, PageRoot.Create("demo", "", [2]), Tokens(40)));
    }

    [Fact]
    public void Leases_outlast_cached_pages_and_the_oldest_goes_first()
    {
        PageAllocator allocator = new(6);
        SequencePages older = Computed(allocator, Tokens(20, seed: 1));
        SequencePages newer = Computed(allocator, Tokens(20, seed: 2));
        allocator.Release(Computed(allocator, Tokens(16, seed: 3)));
        allocator.Lease(older);
        allocator.Lease(newer);

        SequencePages busy = new();
        allocator.Begin(busy, Root, Tokens(40, seed: 4));
        Assert.True(allocator.TryReserve(busy, 32));
        Assert.Equal(SequencePagesState.Leased, older.State);
        Assert.True(allocator.TryReserve(busy, 48));
        Assert.Equal(SequencePagesState.Empty, older.State);
        Assert.Equal(SequencePagesState.Leased, newer.State);
        Assert.Equal(1, allocator.Statistics.BrokenLeases);
        Assert.Null(allocator.FindViolation());
    }

    [Fact]
    public void Forgetting_leaves_only_what_active_sequences_hold()
    {
        PageAllocator allocator = new(8, hostPages: 2);
        SequencePages active = Computed(allocator, Tokens(40));
        SequencePages idle = Computed(allocator, Tokens(40, seed: 5));
        allocator.Lease(idle);
        allocator.Release(Computed(allocator, Tokens(32, seed: 6)));
        allocator.Release(Computed(allocator, Tokens(48, seed: 7)));
        Assert.Equal(2, allocator.Statistics.HostSlotsUsed);
        allocator.ForgetUnused();

        Assert.Equal(3, allocator.Statistics.InUse);
        Assert.Equal(5, allocator.Statistics.Free);
        Assert.Equal(0, allocator.Statistics.HostSlotsUsed);
        Assert.Equal(40, active.Length);
        Assert.Equal(SequencePagesState.Empty, idle.State);
        Assert.Null(allocator.FindViolation());
    }

    private static SequencePages Computed(PageAllocator allocator, int[] tokens)
    {
        SequencePages sequence = new();
        int cached = allocator.Begin(sequence, Root, tokens);
        Assert.True(allocator.TryReserve(sequence, tokens.Length));
        allocator.Commit(sequence, tokens.AsSpan(cached));
        return sequence;
    }

    private static int[] Tokens(int count, int seed = 0)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(1000))];
    }
}
