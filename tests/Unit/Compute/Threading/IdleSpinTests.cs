using OrleansInference.Compute.Threading;

namespace OrleansInference.Unit.Compute.Threading;

public sealed class IdleSpinTests
{
    private static readonly TimeSpan Briefly = TimeSpan.FromMicroseconds(50);
    private static readonly TimeSpan Patiently = TimeSpan.FromMicroseconds(600);

    private IdleSpin _spin = new(Briefly, Patiently);

    [Fact]
    public void Looks_patiently_while_work_comes_within_that_time()
    {
        for (int step = 0; step < 100; step++)
        {
            Assert.Equal(Patiently, _spin.LimitAt(TimeSpan.FromSeconds(step)));
            _spin.Found(TimeSpan.FromMicroseconds(200));
        }
    }

    [Fact]
    public void Looks_briefly_after_several_long_pauses_and_patiently_again_after_several_short_ones()
    {
        for (int pause = 0; pause < 10; pause++)
        {
            _spin.Found(TimeSpan.FromMilliseconds(5));
        }

        Assert.Equal(Briefly, _spin.LimitAt(TimeSpan.Zero));
        for (int pause = 0; pause < 5; pause++)
        {
            Assert.Equal(Briefly, _spin.LimitAt(TimeSpan.Zero));
            _spin.Found(TimeSpan.FromMicroseconds(200));
        }

        Assert.Equal(Patiently, _spin.LimitAt(TimeSpan.Zero));
    }

    [Fact]
    public void One_long_pause_among_short_ones_changes_nothing()
    {
        for (int round = 0; round < 20; round++)
        {
            _spin.Found(TimeSpan.FromSeconds(1));
            Assert.Equal(Patiently, _spin.LimitAt(TimeSpan.Zero));
            _spin.Found(TimeSpan.FromMicroseconds(200));
        }
    }

    [Fact]
    public void Work_that_follows_within_microseconds_says_nothing_about_the_pauses_between_steps()
    {
        for (int pause = 0; pause < 10; pause++)
        {
            _spin.Found(TimeSpan.FromMilliseconds(5));
            for (int kernel = 0; kernel < 100; kernel++)
            {
                _spin.Found(TimeSpan.FromMicroseconds(3));
            }
        }

        Assert.Equal(Briefly, _spin.LimitAt(TimeSpan.Zero));
    }

    [Fact]
    public void A_core_that_was_lost_makes_it_look_briefly_for_a_while_and_longer_when_it_is_lost_again()
    {
        TimeSpan now = TimeSpan.FromSeconds(100);
        TimeSpan last = TimeSpan.Zero;
        for (int time = 0; time < 10; time++)
        {
            _spin.LostCore(now);
            TimeSpan until = now;
            while (_spin.LimitAt(until) == Briefly)
            {
                until += TimeSpan.FromMilliseconds(1);
            }

            Assert.Equal(Patiently, _spin.LimitAt(until));
            Assert.True(until - now > last || until - now == TimeSpan.FromSeconds(1), $"{until - now} after {last}");
            last = until - now;
            now = until;
        }

        Assert.Equal(TimeSpan.FromSeconds(1), last);
    }

    [Fact]
    public void After_a_long_time_with_its_core_one_loss_is_a_first_one_again()
    {
        TimeSpan now = TimeSpan.Zero;
        for (int time = 0; time < 10; time++)
        {
            _spin.LostCore(now);
            now += TimeSpan.FromSeconds(1);
        }

        now += TimeSpan.FromMinutes(1);
        _spin.LostCore(now);
        Assert.Equal(Briefly, _spin.LimitAt(now + TimeSpan.FromMilliseconds(19)));
        Assert.Equal(Patiently, _spin.LimitAt(now + TimeSpan.FromMilliseconds(20)));
    }
}
