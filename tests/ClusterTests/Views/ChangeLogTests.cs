using OrleansInference.Grains.Directory;

namespace OrleansInference.ClusterTests.Views;

public sealed class ChangeLogTests
{
    [Fact]
    public void Each_changed_entry_is_listed_once_the_latest_change_first()
    {
        ChangeLog<string> log = new(4);
        long begin = log.Version;
        log.Touch("a");
        long afterFirst = log.Version;
        log.Touch("b");
        log.Touch("a");
        Assert.Equal(["a", "b"], log.Since(begin));
        Assert.Equal(["a", "b"], log.Since(afterFirst));
        Assert.Empty(log.Since(log.Version));
    }

    [Fact]
    public void A_removal_is_a_change_for_versions_before_it()
    {
        ChangeLog<string> log = new(4);
        log.Touch("a");
        long known = log.Version;
        log.Remove("a");
        Assert.Equal(["a"], log.Since(known));
        Assert.True(log.Covers(known));
    }

    [Fact]
    public void A_version_from_before_forgotten_removals_is_not_covered()
    {
        ChangeLog<string> log = new(1);
        log.Touch("a");
        log.Touch("b");
        long early = log.Version;
        log.Remove("a");
        long late = log.Version;
        log.Remove("b");
        Assert.False(log.Covers(early));
        Assert.True(log.Covers(late));
        Assert.Equal(["b"], log.Since(late));
    }

    [Fact]
    public void An_entry_that_came_back_is_not_forgotten_with_its_removal()
    {
        ChangeLog<string> log = new(1);
        long begin = log.Version;
        log.Remove("a");
        log.Touch("a");
        log.Remove("b");
        Assert.True(log.Covers(begin));
        Assert.Equal(["b", "a"], log.Since(begin));
    }

    [Fact]
    public void Versions_that_the_log_has_not_come_to_are_not_covered()
    {
        ChangeLog<string> log = new(1);
        Assert.False(log.Covers(0));
        Assert.False(log.Covers(log.Version + 1));
    }
}
