namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>
/// The times at which a device is measured again. Other work may have disturbed the measurement at the start, so an idle device is measured again, at growing
/// intervals; a busy device needs no measurement. A device that may be slow and computes nothing, because it has no layers any more, is measured every few
/// seconds until its rate is known.
/// </summary>
internal sealed class ProbeSchedule(RateOptions options)
{
    private TimeSpan _wait = options.ProbeAfter;
    private TimeSpan? _probed;
    private TimeSpan _looked;
    private TimeSpan _stepped; // when a new step was last observed
    private long _steps;
    private TimeSpan _computing;

    /// <summary>Whether a measurement is due.</summary>
    /// <param name="suspected">Whether the device may be slow.</param>
    /// <param name="steps">Steps that it has computed.</param>
    /// <param name="computing">The time of their computation.</param>
    /// <param name="now">The current time, from any origin.</param>
    public bool IsDue(bool suspected, long steps, TimeSpan computing, TimeSpan now)
    {
        bool busy = computing - _computing > (now - _looked) / 2;
        if (steps != _steps || _probed is null)
        {
            _stepped = now;
        }

        (_steps, _computing, _looked) = (steps, computing, now);
        _probed ??= now;
        return suspected
            ? now - _stepped >= options.QuietFor && now - _probed >= options.ProbeSlowInterval
            : !busy && now - _probed >= _wait;
    }

    /// <summary>Records that it was measured.</summary>
    public void Probed(bool suspected, TimeSpan now)
    {
        _probed = now;
        if (!suspected)
        {
            _wait = _wait * 2 < options.ProbeInterval ? _wait * 2 : options.ProbeInterval;
        }
    }
}
