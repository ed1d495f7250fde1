using OrleansInference.Cluster.Stage.Rates;

namespace OrleansInference.SimulationTests.Rates;

/// <summary>When a device is measured again.</summary>
public sealed class ProbeScheduleTests
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);
    private static readonly RateOptions Options = new();

    private readonly ProbeSchedule _schedule = new(Options);
    private TimeSpan _now;
    private TimeSpan _computing;
    private long _steps;

    [Fact]
    public void A_device_that_waits_for_others_is_measured_again_ever_more_rarely_for_ever()
    {
        TimeSpan hour = TimeSpan.FromHours(1);
        Assert.InRange(Probes(hour, suspected: false, busy: 0.2), 12, 18);
        Assert.InRange(Probes(hour, suspected: false, busy: 0.2), 10, 12);
    }

    [Fact]
    public void A_device_that_is_busy_is_left_alone() => Assert.Equal(0, Probes(TimeSpan.FromHours(1), suspected: false, busy: 0.6));

    [Fact]
    public void A_device_that_may_be_slow_is_measured_every_few_seconds_while_it_has_no_steps() =>
        Assert.InRange(Probes(TimeSpan.FromMinutes(1), suspected: true, busy: 0), 25, 31);

    [Fact]
    public void A_device_that_may_be_slow_is_never_measured_while_it_serves_steps() => Assert.Equal(0, Probes(TimeSpan.FromMinutes(1), suspected: true, busy: 0.01));

    private int Probes(TimeSpan time, bool suspected, double busy)
    {
        int probes = 0;
        for (TimeSpan end = _now + time; _now < end; _now += LookInterval)
        {
            _computing += LookInterval * busy;
            _steps += busy > 0 ? 1 : 0;
            if (_schedule.IsDue(suspected, _steps, _computing, _now))
            {
                probes++;
                _schedule.Probed(suspected, _now);
            }
        }

        return probes;
    }
}
