using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Unit.Engine.KvCache;

/// <summary>Knowledge of an allocator's pages from its changes alone.</summary>
public sealed class PageLedgerTests
{
    private static readonly PageRoot Root = PageRoot.Create("m", "", []);

    [Fact]
    public void Before_the_first_whole_notes_nothing_is_known()
    {
        PageLedger ledger = new();
        ledger.Take(new PageDelta([Page(1, -1)], []));
        Assert.False(ledger.IsWhole);
        Assert.Empty(ledger.List());
    }

    [Fact]
    public void Lost_notes_make_all_unknown_until_the_next_that_are_whole()
    {
        PageLedger ledger = new();
        ledger.Take(new PageDelta([Page(1, -1)], []) { Whole = true, Secret = [7] });
        ledger.Take(null);
        ledger.Take(PageDelta.Unchanged);
        Assert.False(ledger.IsWhole);
        Assert.Empty(ledger.List());
        ledger.Take(new PageDelta([Page(2, -1)], []) { Whole = true, Secret = [8] });
        Assert.Equal([2], ledger.List().Select(static page => page.Page));
        Assert.Equal([8], ledger.Secret);
    }

    [Fact]
    public void Pages_that_are_gone_are_forgotten_and_those_that_come_again_are_new()
    {
        PageLedger ledger = new();
        ledger.Take(new PageDelta([Page(1, -1), Page(2, 1), Page(3, 2)], []) { Whole = true });
        ledger.Take(new PageDelta([Page(2, -1)], [3]));
        Assert.Equal([(1, -1), (2, -1)], ledger.List().Select(static page => (page.Page, page.Before)).Order());
    }

    [Fact]
    public void A_page_is_listed_after_the_one_that_it_continues_and_what_was_used_last_comes_first()
    {
        PageLedger ledger = new();
        ledger.Take(new PageDelta([Page(5, 6), Page(1, -1), Page(6, -1), Page(2, 1), Page(4, 5)], []) { Whole = true });
        ledger.Use(2, 10);
        ledger.Use(4, 11);
        Assert.Equal([6, 5, 4, 1, 2], ledger.List().Select(static page => page.Page));
    }

    [Fact]
    public void The_tips_are_those_of_sequences_that_were_in_steps_lately()
    {
        PageLedger ledger = new();
        ledger.Take(new PageDelta([Page(1, -1), Page(2, 1), Page(3, 2), Page(4, 1), Page(5, -1)], []) { Whole = true });
        ledger.Use(5, 30); // has ended
        ledger.Use(2, 90);
        ledger.Use(4, 95);
        ledger.Use(3, 99); // went on from 2
        Assert.Equal([3, 4], ledger.Heads(since: 50));
        ledger.Use(9, 99); // of which it does not know
        Assert.Equal([3, 4], ledger.Heads(since: 50));
    }

    private static PublishedPage Page(int page, int before) => new(page, before, Root, new int[KvLayout.PageTokens]);
}
