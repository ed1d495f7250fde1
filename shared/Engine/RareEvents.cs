namespace OrleansInference.Engine;

/// <summary>Admits one event per key and minute, so that a peer that repeats an error does not fill the log. Thread-safe.</summary>
/// <param name="time">The clock.</param>
public sealed class RareEvents<TKey>(TimeProvider time)
    where TKey : notnull
{
    // Bounds the memory where a peer chooses the keys: beyond this number, no new key is admitted until entries expire.
    private const int MaxKeys = 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, long> _admitted = [];
    private long _swept = time.GetTimestamp();

    /// <summary>Returns whether this is the first event of the key within a minute.</summary>
    public bool Admits(TKey key)
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            Sweep(now);
            return (_admitted.Count < MaxKeys || _admitted.ContainsKey(key)) && AdmitsAt(key, now);
        }
    }

    private bool AdmitsAt(TKey key, long now)
    {
        if (_admitted.TryGetValue(key, out long before) && time.GetElapsedTime(before, now) < Interval)
        {
            return false;
        }

        _admitted[key] = now;
        return true;
    }

    private void Sweep(long now)
    {
        if (time.GetElapsedTime(_swept, now) < Interval)
        {
            return;
        }

        _swept = now;
        foreach ((TKey key, long before) in _admitted)
        {
            if (time.GetElapsedTime(before, now) >= Interval)
            {
                _admitted.Remove(key);
            }
        }
    }
}
