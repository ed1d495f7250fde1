using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Stage.Rates;

namespace OrleansInference.SimulationTests.Rates;

/// <summary>With which part of their rates devices are planned, as these change.</summary>
public sealed class PlannedSharesTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly RateOptions Options = new();
    private static readonly DeviceLife Device = new(1, 1);
    private static readonly DeviceLife Other = new(2, 1);

    private readonly PlannedShares _shares = new(Options);
    private TimeSpan _now;

    public PlannedSharesTests() => Run(Interval, 1);

    [Fact]
    public void A_device_that_is_slow_for_a_moment_is_planned_as_before()
    {
        Run(Options.SlowAfter - Interval, 0.1);
        Run(Interval, 1);
        Run(Options.SlowAfter - Interval, 0.1);
        Assert.Equal(1, _shares.Of(Device));
    }

    [Theory]
    [InlineData(0.51, 1)]
    [InlineData(0.49, 0.25)]
    [InlineData(0.3, 0.125)]
    [InlineData(0.1, 0.0625)]
    [InlineData(0.0001, 1.0 / 128)]
    public void A_device_that_stays_slow_is_planned_with_half_of_what_is_left(double share, double part)
    {
        Run(Options.SlowAfter + Interval, share);
        Assert.Equal(part, _shares.Of(Device));
        Assert.Equal(1, _shares.Of(Other));
    }

    [Fact]
    public void A_device_that_is_normal_again_for_some_seconds_is_planned_as_before()
    {
        Run(Options.SlowAfter + Interval, 0.1);
        Run(Options.NormalAfter - Interval, 1);
        Assert.Equal(0.0625, _shares.Of(Device));
        Run(Interval + Interval, 1);
        Assert.Equal(1, _shares.Of(Device));
    }

    [Fact]
    public void Between_slow_and_normal_nothing_changes()
    {
        Run(TimeSpan.FromMinutes(1), 0.55);
        Assert.Equal(1, _shares.Of(Device));
        Run(TimeSpan.FromMinutes(1), 0.4);
        Run(TimeSpan.FromMinutes(1), 0.6);
        Assert.Equal(0.25, _shares.Of(Device));
    }

    [Fact]
    public void Where_all_devices_are_slow_alike_none_is()
    {
        Run(TimeSpan.FromMinutes(1), 0.1, other: 0.12);
        Assert.Equal((1, 1), (_shares.Of(Device), _shares.Of(Other)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(45)]
    public void A_device_whose_speed_goes_up_and_down_changes_plans_a_few_times_only(int seconds)
    {
        int changes = 0;
        double part = 1;
        for (int turn = 0; turn < 3600 / seconds; turn++)
        {
            for (TimeSpan end = _now + TimeSpan.FromSeconds(seconds); _now < end;)
            {
                Run(Interval, turn % 2 == 0 ? 1 : 0.1);
                changes += _shares.Of(Device) == part ? 0 : 1;
                part = _shares.Of(Device);
            }
        }

        Assert.InRange(changes, 0, 10); // in an hour
    }

    [Fact]
    public void That_a_device_was_slow_is_forgotten_when_it_has_been_normal_for_long()
    {
        for (int i = 0; i < 4; i++)
        {
            Run(Options.SlowAfter + Interval, 0.1);
            Run(Options.MaxNormalAfter + Interval, 1);
        }

        Run(Options.ForgetAfter + Interval, 1);
        Run(Options.SlowAfter + Interval, 0.1);
        Assert.Equal(0.0625, _shares.Of(Device));
        Run(Options.NormalAfter + Interval, 1);
        Assert.Equal(1, _shares.Of(Device));
    }

    [Fact]
    public void A_router_that_takes_over_plans_a_device_that_is_slow_as_the_one_before_did()
    {
        PlannedShares next = new(Options);
        next.Weigh([(Device, 0.1), (Other, 1)], _now);
        Assert.Equal((0.0625, 1), (next.Of(Device), next.Of(Other)));
    }

    [Fact]
    public void Of_a_device_that_does_not_know_its_rate_nothing_is_assumed()
    {
        for (int i = 0; i < 100; i++)
        {
            _shares.Weigh([(Device, 0.1), (Other, null)], _now += Interval);
        }

        Assert.Equal((1, 1), (_shares.Of(Device), _shares.Of(Other)));
    }

    [Fact]
    public void What_was_reported_long_ago_says_nothing_of_the_time_since()
    {
        Run(Interval, 0.1);
        _now += TimeSpan.FromMinutes(1);
        Run(Interval, 0.1);
        Assert.Equal(1, _shares.Of(Device));
    }

    private void Run(TimeSpan time, double share, double other = 1)
    {
        for (TimeSpan end = _now + time; _now < end; _now += Interval)
        {
            _shares.Weigh([(Device, share), (Other, other)], _now);
        }
    }
}
