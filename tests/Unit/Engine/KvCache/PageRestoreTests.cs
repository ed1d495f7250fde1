using OrleansInference.Engine.KvCache;

namespace OrleansInference.Unit.Engine.KvCache;

public sealed class PageRestoreTests
{
    private static readonly PageRoot Root = PageRoot.Create("demo", "", [1]);

    private readonly PageAllocator _allocator = new(4, hostPages: 4);

    [Fact]
    public void Evicted_pages_come_back()
    {
        SequencePages session = Evicted(60);

        Assert.Equal(48, _allocator.Begin(session, Root, Tokens(60)));
        Assert.Equal(3, _allocator.Statistics.Restores);
        Assert.False(session.Restoring);
        Assert.Null(_allocator.FindViolation());
    }

    [Fact]
    public void What_was_brought_back_need_not_be_saved_again()
    {
        _allocator.Begin(Evicted(60), Root, Tokens(60));
        _allocator.Release(Computed(Tokens(16, seed: 9)));
        Assert.Equal(4, _allocator.Statistics.HostSlotsUsed);
    }

    [Fact]
    public void Evictions_and_restores_are_copies_in_their_order()
    {
        SequencePages session = Evicted(60);
        _allocator.Begin(session, Root, Tokens(60));
        PageTransfer[] transfers = _allocator.Transfers.Pending.ToArray();
        Assert.Equal(3, transfers.Count(static transfer => transfer.From >= 4 && transfer.To < 4));
        Assert.Equal(3, transfers.Count(static transfer => transfer.From < 4 && transfer.To >= 4));
        for (int i = 0; i < transfers.Length; i++)
        {
            // What a page held goes out before it is filled.
            Assert.DoesNotContain(transfers[..i], earlier => earlier.To == transfers[i].From && earlier.From >= 4);
        }
    }

    [Fact]
    public void What_the_step_has_no_room_for_comes_later()
    {
        SequencePages session = Evicted(60);
        _allocator.Host.AllowRestores(1);
        Assert.Equal(16, _allocator.Begin(session, Root, Tokens(60)));
        Assert.True(session.Restoring);
        _allocator.Release(session);
        _allocator.Host.AllowRestores(2);
        Assert.Equal(48, _allocator.Begin(session, Root, Tokens(60)));
        Assert.False(session.Restoring);
        Assert.Equal(3, _allocator.Statistics.Restores);
        Assert.Null(_allocator.FindViolation());
    }

    [Fact]
    public void What_no_step_has_brought_back_can_be_given_up()
    {
        SequencePages session = Evicted(60);
        Assert.Equal(48, _allocator.Begin(session, Root, Tokens(60)));
        int[] pages = session.Pages.ToArray();
        _allocator.Release(session);
        HashSet<int> pending = _allocator.Transfers.TakeRestores();
        Assert.Equal(pages.Order(), pending.Order());
        Assert.DoesNotContain(_allocator.Transfers.Pending.ToArray(), static transfer => transfer.From >= 4);
        _allocator.Cache.Forget(pending);
        Assert.Equal(0, _allocator.Begin(session, Root, Tokens(60)));
        Assert.Null(_allocator.FindViolation());
    }

    [Fact]
    public void The_budget_keeps_what_was_used_last()
    {
        for (int seed = 0; seed < 6; seed++)
        {
            _allocator.Release(Computed(Tokens(32, seed)));
            Assert.InRange(_allocator.Statistics.HostSlotsUsed, 0, 4);
        }

        Assert.Equal(_allocator.Statistics.Saves, _allocator.Statistics.HostSlotsUsed + _allocator.Statistics.HostEvictions);
        Assert.Equal(0, _allocator.Begin(new SequencePages(), Root, Tokens(33, 0)));
        Assert.Equal(32, _allocator.Begin(new SequencePages(), Root, [.. Tokens(32, 3), 1]));
        Assert.Null(_allocator.FindViolation());
    }

    [Fact]
    public void Another_root_does_not_find_them()
    {
        Evicted(60);
        Assert.Equal(0, _allocator.Begin(new SequencePages(), PageRoot.Create("demo", "", [2]), Tokens(60)));
        Assert.Equal(0, _allocator.Statistics.Restores);
    }

    // A sequence whose pages were evicted for another one that is gone.
    private SequencePages Evicted(int tokens)
    {
        SequencePages session = Computed(Tokens(tokens));
        _allocator.Release(session);
        _allocator.Release(Computed(Tokens(64, seed: 9)));
        _allocator.Transfers.Clear();
        return session;
    }

    private SequencePages Computed(int[] tokens)
    {
        SequencePages sequence = new();
        int cached = _allocator.Begin(sequence, Root, tokens);
        Assert.True(_allocator.TryReserve(sequence, tokens.Length));
        _allocator.Commit(sequence, tokens.AsSpan(cached));
        return sequence;
    }

    private static int[] Tokens(int count, int seed = 0)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(1000))];
    }
}
