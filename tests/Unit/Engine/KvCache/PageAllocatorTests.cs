using OrleansInference.Engine.KvCache;

namespace OrleansInference.Unit.Engine.KvCache;

public sealed class PageAllocatorTests
{
    private static readonly PageRoot Root = PageRoot.Create("demo", "", [1, 2, 3]);

    private readonly PageAllocator _allocator = new(8);

    [Fact]
    public void A_later_sequence_starts_from_the_full_pages_of_an_active_one()
    {
        SequencePages first = Computed(Tokens(40));
        SequencePages second = new();

        Assert.Equal(32, _allocator.Begin(second, Root, Tokens(40)));
        Assert.Equal(first.Pages[..2].ToArray(), second.Pages.ToArray());
        Assert.Equal(3, _allocator.Statistics.InUse);
        Assert.Equal(32, _allocator.Statistics.HitTokens);
    }

    [Fact]
    public void The_last_prompt_token_is_always_computed()
    {
        Computed(Tokens(32));

        Assert.Equal(16, _allocator.Begin(new SequencePages(), Root, Tokens(32)));
        Assert.Equal(32, _allocator.Begin(new SequencePages(), Root, Tokens(33)));
    }

    [Fact]
    public void Pages_are_not_shared_before_their_step_is_committed()
    {
        SequencePages first = new();
        _allocator.Begin(first, Root, Tokens(20));
        Assert.True(_allocator.TryReserve(first, 20));
        Assert.Equal(0, _allocator.Begin(new SequencePages(), Root, Tokens(20)));

        _allocator.Commit(first, Tokens(20));
        Assert.Equal(16, _allocator.Begin(new SequencePages(), Root, Tokens(20)));
    }

    [Theory]
    [InlineData("other", "", 3)]
    [InlineData("demo", "adapter", 3)]
    [InlineData("demo", "", 4)]
    public void Another_model_adapter_or_salt_never_hits(string model, string adapter, byte salt)
    {
        Computed(Tokens(40));

        Assert.Equal(0, _allocator.Begin(new SequencePages(), PageRoot.Create(model, adapter, [1, 2, salt]), Tokens(40)));
    }

    [Fact]
    public void Equal_pages_computed_twice_are_merged_at_their_commit()
    {
        SequencePages first = new();
        SequencePages second = new();
        foreach (SequencePages sequence in new[] { first, second })
        {
            _allocator.Begin(sequence, Root, Tokens(20));
            Assert.True(_allocator.TryReserve(sequence, 20));
        }

        _allocator.Commit(first, Tokens(20));
        _allocator.Commit(second, Tokens(20));

        Assert.Equal(first.Pages[0], second.Pages[0]);
        Assert.NotEqual(first.Pages[1], second.Pages[1]);
        Assert.Equal(3, _allocator.Statistics.InUse);
        Assert.Null(_allocator.FindViolation());
    }

    [Fact]
    public void A_reservation_that_does_not_fit_changes_nothing()
    {
        SequencePages first = Computed(Tokens(64));
        PageStatistics before = _allocator.Statistics;

        Assert.False(_allocator.TryReserve(first, (8 * 16) + 1));
        Assert.Equal(before, _allocator.Statistics);
        Assert.Equal(4, first.Pages.Length);
    }

    [Fact]
    public void Leaves_are_evicted_before_roots_and_older_chains_before_newer_ones()
    {
        SequencePages old = Computed(Tokens(48, seed: 1));
        SequencePages recent = Computed(Tokens(48, seed: 2));
        _allocator.Release(old);
        _allocator.Release(recent);
        Assert.Equal(6, _allocator.Statistics.Cached);

        SequencePages other = new();
        _allocator.Begin(other, Root, Tokens(60, seed: 3));
        Assert.True(_allocator.TryReserve(other, 64));

        Assert.Equal(2, _allocator.Statistics.Evictions);
        Assert.Equal(16, _allocator.Begin(new SequencePages(), Root, Tokens(49, seed: 1)));
        Assert.Equal(48, _allocator.Begin(new SequencePages(), Root, Tokens(49, seed: 2)));
    }

    [Fact]
    public void A_fork_shares_all_pages_and_copies_the_partial_one_before_it_writes()
    {
        SequencePages parent = Computed(Tokens(20));
        SequencePages child = new();
        _allocator.Fork(parent, child);
        Assert.Equal(2, _allocator.Statistics.InUse);

        int shared = parent.Pages[1];
        Assert.True(_allocator.TryReserve(child, 21));
        Assert.Equal([new PageTransfer(shared, child.Pages[1])], _allocator.Transfers.Pending.ToArray());
        Assert.NotEqual(shared, child.Pages[1]);

        Assert.True(_allocator.TryReserve(parent, 21));
        Assert.Equal(shared, parent.Pages[1]);
        Assert.Equal(1, _allocator.Transfers.Pending.Length);
        Assert.Null(_allocator.FindViolation());
    }

    [Fact]
    public void A_fork_keeps_its_partial_page_apart_from_what_the_parent_publishes()
    {
        SequencePages parent = Computed(Tokens(20));
        Assert.True(_allocator.TryReserve(parent, 32));
        SequencePages child = new();
        _allocator.Fork(parent, child);
        _allocator.Commit(parent, Tokens(32).AsSpan(20));
        _allocator.Release(parent);

        Assert.True(_allocator.TryReserve(child, 21));
        Assert.Equal(1, _allocator.Transfers.Pending.Length);
        Assert.Equal(32, _allocator.Begin(new SequencePages(), Root, Tokens(33)));
        Assert.Null(_allocator.FindViolation());
    }

    [Fact]
    public void Rejected_tokens_give_their_pages_back()
    {
        SequencePages sequence = Computed(Tokens(15));
        Assert.True(_allocator.TryReserve(sequence, 40));
        _allocator.Commit(sequence, [7, 8]);
        _allocator.Truncate(sequence, sequence.Length);

        Assert.Equal(17, sequence.Length);
        Assert.Equal(2, sequence.Pages.Length);
        Assert.Equal(6, _allocator.Statistics.Free);
    }

    [Fact]
    public void A_truncated_sequence_writes_to_a_copy_of_the_page_it_had_published()
    {
        SequencePages sequence = Computed(Tokens(32));
        int published = sequence.Pages[1];
        _allocator.Truncate(sequence, 20);
        Assert.True(_allocator.TryReserve(sequence, 21));

        Assert.Equal([new PageTransfer(published, sequence.Pages[1])], _allocator.Transfers.Pending.ToArray());
        Assert.Equal(1, _allocator.Statistics.Cached);
    }

    [Fact]
    public void A_preempted_sequence_finds_its_full_pages_again()
    {
        SequencePages sequence = Computed(Tokens(40));
        _allocator.Preempt(sequence);

        Assert.False(sequence.IsActive);
        Assert.Equal(32, _allocator.Begin(sequence, Root, Tokens(40)));
        Assert.Equal(1, _allocator.Statistics.Preemptions);
    }

    [Fact]
    public void Forgetting_leaves_only_what_active_sequences_hold()
    {
        PageAllocator allocator = new(8, hostPages: 2);
        SequencePages active = Computed(allocator, Tokens(40));
        allocator.Release(Computed(allocator, Tokens(32, seed: 6)));
        allocator.Release(Computed(allocator, Tokens(80, seed: 7)));
        Assert.Equal(2, allocator.Statistics.HostSlotsUsed);
        allocator.Cache.ForgetUnused();

        Assert.Equal(3, allocator.Statistics.InUse);
        Assert.Equal(5, allocator.Statistics.Free);
        Assert.Equal(0, allocator.Statistics.HostSlotsUsed);
        Assert.Equal(40, active.Length);
        Assert.Null(allocator.FindViolation());
    }

    [Fact]
    public void Statistics_return_to_nothing_in_use()
    {
        for (int round = 0; round < 20; round++)
        {
            SequencePages sequence = Computed(Tokens(50, seed: round));
            _allocator.Release(sequence);
        }

        PageStatistics statistics = _allocator.Statistics;
        Assert.Equal(0, statistics.InUse);
        Assert.Equal(8, statistics.Cached + statistics.Free);
        _allocator.IntegrityCheck();
    }

    [Fact]
    public void Steady_state_allocates_nothing()
    {
        PageAllocator allocator = new(64, hostPages: 32);
        SequencePages parent = new();
        SequencePages child = new();
        int[][] prompts = [.. Enumerable.Range(0, 50).Select(seed => Tokens(200, seed))];
        Assert.Equal(0, Allocations.Least(Rounds));

        void Rounds()
        {
            foreach (int[] prompt in prompts)
            {
                int cached = allocator.Begin(parent, Root, prompt);
                allocator.TryReserve(parent, prompt.Length);
                allocator.Commit(parent, prompt.AsSpan(cached));
                allocator.Fork(parent, child);
                allocator.TryReserve(child, prompt.Length + 1);
                allocator.Release(child);
                allocator.Preempt(parent);
                allocator.Transfers.Clear();
            }
        }
    }

    private SequencePages Computed(int[] tokens) => Computed(_allocator, tokens);

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
        int[] tokens = new int[count];
        for (int position = 0; position < count; position++)
            tokens[position] = random.Next(1000);
        return tokens;
    }
}
