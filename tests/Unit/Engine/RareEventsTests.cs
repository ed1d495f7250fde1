using OrleansInference.Engine;

namespace OrleansInference.Unit.Engine;

public sealed class RareEventsTests
{
    private readonly ManualTime _time = new();
    private readonly RareEvents<int> _events;

    public RareEventsTests() => _events = new RareEvents<int>(_time);

    [Fact]
    public void The_first_event_of_a_key_within_a_minute_is_admitted()
    {
        Assert.True(_events.Admits(1));
        Assert.False(_events.Admits(1));
        Assert.True(_events.Admits(2));
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(_events.Admits(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_events.Admits(1));
    }

    [Fact]
    public void Keys_without_end_take_no_memory_without_end()
    {
        int admitted = Enumerable.Range(0, 100_000).Count(_events.Admits);
        Assert.Equal(1024, admitted);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(_events.Admits(-1));
    }
}
