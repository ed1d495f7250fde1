namespace OrleansInference.Compute.Threading;

/// <summary>
/// How long an idle worker looks for work before it parks. Between two kernels work comes within microseconds; between two steps it comes within a fraction of a millisecond or much later,
/// which is learnt from what came before. A worker that lost its core while it was looking has taken the core's time from those that have work: it looks only briefly for a while,
/// longer each time that it happens again.
/// </summary>
internal struct IdleSpin
{
    // Weighs the latest pauses: so many long ones in a row make the worker park early, as many of medium length make it look on.
    private const int MaxScore = 4;

    private readonly TimeSpan _briefly;
    private readonly TimeSpan _patiently;
    private int _score = MaxScore;
    private TimeSpan _penalty;
    private TimeSpan _lostAt = TimeSpan.MinValue;

    /// <param name="briefly">More than there is between two kernels.</param>
    /// <param name="patiently">At most.</param>
    public IdleSpin(TimeSpan briefly, TimeSpan patiently)
    {
        _briefly = briefly;
        _patiently = patiently;
    }

    private static TimeSpan ShortestPenalty => TimeSpan.FromMilliseconds(20);

    private static TimeSpan LongestPenalty => TimeSpan.FromSeconds(1);

    /// <summary>How long to look for work at most, from now on.</summary>
    public readonly TimeSpan LimitAt(TimeSpan now) => _score > 0 && !IsPunished(now) ? _patiently : _briefly;

    /// <summary>Work came.</summary>
    /// <param name="idle">How long the worker had been without, parked or not.</param>
    public void Found(TimeSpan idle)
    {
        if (idle > _briefly)
        {
            _score = idle <= _patiently ? Math.Min(_score + 1, MaxScore) : Math.Max(_score - 1, -MaxScore);
        }
    }

    /// <summary>The worker's core did something else while it was looking.</summary>
    public void LostCore(TimeSpan now)
    {
        bool again = _penalty > TimeSpan.Zero && now - _lostAt < _penalty + LongestPenalty;
        _penalty = again ? TimeSpan.FromTicks(Math.Min(2 * _penalty.Ticks, LongestPenalty.Ticks)) : ShortestPenalty;
        _lostAt = now;
    }

    private readonly bool IsPunished(TimeSpan now) => _penalty > TimeSpan.Zero && now - _lostAt < _penalty;
}
