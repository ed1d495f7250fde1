namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>
/// When a device is measured again. What was measured at the start may have been measured beside other work, so a device that has time to spare is measured again, ever more rarely; one that has none is not planned for too low. A device that may
/// be slow and computes nothing, as its layers are gone, is measured every few seconds, until it is known.
/// </summary>
internal sealed class ProbeSchedule(RateOptions options)
{
    private TimeSpan _wait = options.ProbeAfter;
    private TimeSpan? _probed;
    private TimeSpan _looked;
    private TimeSpan _stepped; // when steps were last seen to have been computed
    private long _steps;
    private TimeSpan _computing;

    /// <summary>Whether it is time.</summary>
    /// <param name="suspected">Whether the device may be slow.</param>
    /// <param name="steps">That it has computed.</param>
    /// <param name="computing">How long that took.</param>
    /// <param name="now">The time since some beginning.</param>
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

    /// <summary>It was measured.</summary>
    public void Probed(bool suspected, TimeSpan now)
    {
        _probed = now;
        if (!suspected)
        {
            _wait = _wait * 2 < options.ProbeInterval ? _wait * 2 : options.ProbeInterval;
        }
    }
}
