using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.SimulationTests.Actors;

public sealed class MigrationTests
{
    private static readonly LayerRange Moving = new(0, 1);

    private readonly StageFixture _source = new();
    private readonly StageFixture _target = new();

    public MigrationTests()
    {
        _source.Join(1);
        _source.Actor.Receive(StageFixture.Step(1, 1));
        _target.Actor.Receive(new LoadLayers(2, 1, StageFixture.Self, Moving));
        Assert.Single(_target.Port.Take<LayersLoaded>());
        _source.Actor.Receive(new CopyPages(2, 1, 1, [new PageMove(Moving, StageFixture.Other)]));
    }

    [Fact]
    public void Pages_arrive_and_are_reported_once_all_are_there()
    {
        Assert.Empty(_source.Port.Take<PagesCopied>());
        Carry();
        Assert.False(_source.Port.Take<PagesCopied>().Single().Final);
        Assert.Equal(_source.Work.ReadPage(Moving, 1), _target.Work.ReadPage(Moving, 1));
    }

    [Fact]
    public void A_page_written_after_it_was_copied_goes_again_before_the_end()
    {
        Carry();
        _source.Actor.Receive(StageFixture.Step(1, 2, 1));
        _source.Actor.Receive(new FreezePages(2, 2));
        Assert.DoesNotContain(_source.Port.Take<PagesCopied>(), static copied => copied.Final);
        Carry();
        Assert.Contains(_source.Port.Take<PagesCopied>(), static copied => copied.Final);
        Assert.Equal(_source.Work.ReadPage(Moving, 1), _target.Work.ReadPage(Moving, 1));
    }

    [Fact]
    public void The_end_waits_for_the_last_step()
    {
        Carry();
        _source.Actor.Receive(new FreezePages(2, 2));
        Carry();
        Assert.DoesNotContain(_source.Port.Take<PagesCopied>(), static copied => copied.Final);
        _source.Actor.Receive(StageFixture.Step(1, 2, 1));
        _source.Actor.Tick(TimeSpan.FromSeconds(1));
        Carry();
        Assert.Contains(_source.Port.Take<PagesCopied>(), static copied => copied.Final);
    }

    [Fact]
    public void An_older_version_never_replaces_a_younger_one()
    {
        PageContents old = _source.Port.Take<PageContents>().Single();
        _target.Actor.Receive(old with { Version = 5, Contents = [.. Enumerable.Repeat((byte)9, old.Contents.Length)], Proof = null });
        _target.Actor.Receive(old);
        Assert.Equal(9, _target.Work.ReadPage(Moving, 1)[0]);
        Assert.All(_target.Port.Take<PageTaken>(), static taken => Assert.Equal(5, taken.Version));
    }

    [Fact]
    public void A_lost_page_goes_again()
    {
        _source.Port.Take<PageContents>();
        _source.Actor.Tick(TimeSpan.FromMilliseconds(10));
        Assert.Empty(_source.Port.Take<PageContents>());
        _source.Actor.Tick(TimeSpan.FromSeconds(1));
        Assert.Single(_source.Port.Take<PageContents>());
    }

    [Fact]
    public void After_the_plan_is_joined_no_page_is_taken()
    {
        PageContents contents = _source.Port.Take<PageContents>().Single();
        Assert.True(_target.Join(2, from: 2).HoldsBase);
        _target.Actor.Receive(contents);
        Assert.Empty(_target.Port.Take<PageTaken>());
    }

    [Fact]
    public void A_copy_that_steps_write_into_as_fast_as_it_goes_comes_to_its_end()
    {
        for (int step = 2; step < 40; step++)
        {
            List<PageContents> pages = _source.Port.Take<PageContents>();
            _source.Actor.Receive(StageFixture.Step(1, step, step - 1, 1 + ((step - 1) / 16)));
            pages.ForEach(_target.Actor.Receive);
            _target.Port.Take<PageTaken>().ForEach(_source.Actor.Receive);
            if (_source.Port.Take<PagesCopied>().Count > 0)
            {
                return;
            }
        }

        Assert.Fail("After 38 steps, each of which wrote a page that had just been sent, the copy had not come to its end.");
    }

    [Fact]
    public void Pages_written_longest_ago_go_first()
    {
        StageFixture source = new(pagesUnderWay: 1);
        source.Join(1);
        foreach (int page in new[] { 5, 3, 4, 5 })
        {
            source.Actor.Receive(StageFixture.Step(1, source.Actor.LastStep + 1, 0, page));
        }

        source.Actor.Receive(new CopyPages(2, 1, 1, [new PageMove(Moving, StageFixture.Other)]));
        source.Actor.Receive(StageFixture.Step(1, source.Actor.LastStep + 1, 0, 3));
        List<int> sent = [];
        while (source.Port.Take<PageContents>() is [var page])
        {
            sent.Add(page.Page);
            source.Actor.Receive(new PageTaken(2, Moving, page.Page, page.Version));
        }

        Assert.Equal(3, sent[^1]);
        Assert.Equal([3, 4, 5], sent.Distinct().Order());
    }

    [Fact]
    public void A_page_that_is_not_answered_goes_again_after_twice_the_time()
    {
        _source.Port.Take<PageContents>();
        List<int> sent = [];
        for (int milliseconds = 0; milliseconds <= 800; milliseconds += 50)
        {
            _source.Actor.Tick(TimeSpan.FromMilliseconds(milliseconds));
            if (_source.Port.Take<PageContents>().Count > 0)
            {
                sent.Add(milliseconds);
            }
        }

        Assert.Equal([100, 300, 700], sent);
    }

    [Fact]
    public void The_copy_of_many_pages_begins_with_a_few()
    {
        StageFixture source = new();
        source.Join(1);
        for (int page = 0; page < 12; page++)
        {
            source.Actor.Receive(StageFixture.Step(1, page + 1, 0, page));
        }

        source.Actor.Receive(new CopyPages(2, 1, 1, [new PageMove(Moving, StageFixture.Other)]));
        List<PageContents> first = source.Port.Take<PageContents>();
        Assert.Equal(4, first.Count);
        source.Actor.Receive(new PageTaken(2, Moving, first[0].Page, first[0].Version));
        Assert.Equal(4, source.Port.Take<PageContents>().Count);
        source.Actor.Tick(TimeSpan.FromMilliseconds(10));
        Assert.Equal(4, source.Port.Take<PageContents>().Count);
    }

    /// <summary>Carries pages and answers until there are none.</summary>
    private void Carry()
    {
        while (_source.Port.Take<PageContents>() is { Count: > 0 } pages)
        {
            pages.ForEach(_target.Actor.Receive);
            _target.Port.Take<PageTaken>().ForEach(_source.Actor.Receive);
        }
    }
}
