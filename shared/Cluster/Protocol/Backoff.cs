namespace OrleansInference.Cluster.Protocol;

/// <summary>Delays between attempts: each is twice the previous one, up to a quarter of a second.</summary>
public struct Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    private TimeSpan _last;

    public TimeSpan Next() => _last = _last == default ? First : TimeSpan.FromTicks(Math.Min(_last.Ticks * 2, Longest.Ticks));

    public void Reset() => _last = default;
}
