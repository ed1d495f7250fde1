namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>
/// The times at which a device is measured again. Other work may have disturbed the measurement at the start, so an idle device is measured again, at growing
/// intervals; a busy device needs no measurement. A device that may be slow and computes nothing, because it has no layers any more, is measured every few
/// seconds until its rate is known. A recovery that stops the streams is not disturbed by a measurement.
/// </summary>
public sealed class ProbeSchedule(RateOptions options)
{
    private TimeSpan _wait = options.ProbeAfter;
    private TimeSpan? _probed;
    private TimeSpan _checked;
    private TimeSpan _computed; // when a new computation was last observed
    private long _computations;
    private TimeSpan _computing;

    /// <summary>Whether a measurement is due.</summary>
    /// <param name="suspected">Whether the device may be slow.</param>
    /// <param name="computations">Number of steps and replays that the device has computed.</param>
    /// <param name="computing">Total time of the steps.</param>
    /// <param name="now">The current time, from any origin.</param>
    public bool IsDue(bool suspected, long computations, TimeSpan computing, TimeSpan now)
    {
        bool busy = computing - _computing > (now - _checked) / 2;
        if (computations != _computations || _probed is null)
        {
            _computed = now;
        }

        (_computations, _computing, _checked) = (computations, computing, now);
        _probed ??= now;
        bool serves = _computed == now;
        bool quiet = now - _computed >= options.QuietFor;
        return suspected
            ? quiet && now - _probed >= options.ProbeSlowInterval
            : (quiet || (serves && !busy)) && now - _probed >= _wait;
    }

    /// <summary>Records a measurement.</summary>
    public void Probed(bool suspected, TimeSpan now)
    {
        _probed = now;
        if (!suspected)
        {
            _wait = _wait * 2 < options.ProbeInterval ? _wait * 2 : options.ProbeInterval;
        }
    }
}
