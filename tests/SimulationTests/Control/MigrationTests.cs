using OrleansInference.Serving.Control;

namespace OrleansInference.SimulationTests.Control;

public sealed class MigrationTests
{
    private static readonly LayerRange Moving = new(0, 1);

    private readonly StageFixture _source = new();
    private readonly StageFixture _target = new();

    public MigrationTests()
    {
        _source.Join(1);
        _source.Machine.Receive(StageFixture.Step(1, 1));
        _target.Machine.Receive(new LoadLayers(2, 1, StageFixture.Self, Moving));
        Assert.Single(_target.Port.Take<LayersLoaded>());
        _source.Machine.Receive(new CopyPages(2, 1, 1, [new PageMove(Moving, StageFixture.Other)]));
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
        _source.Machine.Receive(StageFixture.Step(1, 2, 1));
        _source.Machine.Receive(new FreezePages(2, 2));
        Assert.DoesNotContain(_source.Port.Take<PagesCopied>(), static copied => copied.Final);
        Carry();
        Assert.Contains(_source.Port.Take<PagesCopied>(), static copied => copied.Final);
        Assert.Equal(_source.Work.ReadPage(Moving, 1), _target.Work.ReadPage(Moving, 1));
    }

    [Fact]
    public void The_end_waits_for_the_last_step()
    {
        Carry();
        _source.Machine.Receive(new FreezePages(2, 2));
        Carry();
        Assert.DoesNotContain(_source.Port.Take<PagesCopied>(), static copied => copied.Final);
        _source.Machine.Receive(StageFixture.Step(1, 2, 1));
        _source.Machine.Tick(TimeSpan.FromSeconds(1));
        Carry();
        Assert.Contains(_source.Port.Take<PagesCopied>(), static copied => copied.Final);
    }

    [Fact]
    public void An_older_version_never_replaces_a_younger_one()
    {
        PageContents old = _source.Port.Take<PageContents>().Single();
        _target.Machine.Receive(old with { Version = 5, Contents = [.. Enumerable.Repeat((byte)9, old.Contents.Length)] });
        _target.Machine.Receive(old);
        Assert.Equal(9, _target.Work.ReadPage(Moving, 1)[0]);
        Assert.All(_target.Port.Take<PageTaken>(), static taken => Assert.Equal(5, taken.Version));
    }

    [Fact]
    public void A_lost_page_goes_again()
    {
        _source.Port.Take<PageContents>();
        _source.Machine.Tick(TimeSpan.FromMilliseconds(10));
        Assert.Empty(_source.Port.Take<PageContents>());
        _source.Machine.Tick(TimeSpan.FromSeconds(1));
        Assert.Single(_source.Port.Take<PageContents>());
    }

    [Fact]
    public void After_the_plan_is_joined_no_page_is_taken()
    {
        PageContents contents = _source.Port.Take<PageContents>().Single();
        Assert.True(_target.Join(2, from: 2).HoldsBase);
        _target.Machine.Receive(contents);
        Assert.Empty(_target.Port.Take<PageTaken>());
    }

    /// <summary>Carries pages and answers until there are none.</summary>
    private void Carry()
    {
        while (_source.Port.Take<PageContents>() is { Count: > 0 } pages)
        {
            pages.ForEach(_target.Machine.Receive);
            _target.Port.Take<PageTaken>().ForEach(_source.Machine.Receive);
        }
    }
}
