namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>
/// The share of its rate that a device is planned with: the full rate while the device is normal, and half of the measured rate while it is slow. The half is for messages, which also
/// wait on a slow node; the times of steps do not include that. The level follows the device's reports after a delay. The delay grows each time the device becomes slow again, so that
/// plans change only a few times, and the device stays without layers until it has been normal for a long time. A device whose first report is slow counts as slow immediately: another
/// router has observed it.
/// </summary>
/// <param name="options">The limits and delays.</param>
/// <param name="first">The share in the first report.</param>
internal sealed class DeviceLevel(RateOptions options, double first)
{
    private const int Lowest = 6;

    private int _level = first < options.SlowShare ? LevelOf(first, options) : 0; // the device reaches about 2^−level of its rate
    private int _falls = first < options.SlowShare ? 1 : 0; // number of changes from normal to slow
    private int _direction; // −1: slower than planned; 1: faster
    private TimeSpan _since; // start of the current direction
    private double _bound; // the lowest share since then if it is faster, the highest if it is slower
    private TimeSpan _seen; // time of the last report

    /// <summary>The share to plan with.</summary>
    public double Part => _level == 0 ? 1 : Reached / 2;

    private double Reached => Math.ScaleB(1, -_level);

    /// <summary>Applies a report of the device.</summary>
    /// <param name="share">The share of its normal rate that the device reaches.</param>
    /// <param name="now">The current time, from any origin.</param>
    public void Observe(double share, TimeSpan now)
    {
        int direction = share < options.SlowShare * Reached && _level < Lowest ? -1 : _level > 0 && share >= options.NormalShare * Reached * 2 ? 1 : 0;
        bool continues = direction == _direction && now - _seen < options.SlowAfter;
        _seen = now;
        _bound = !continues ? share : direction < 0 ? Math.Max(_bound, share) : Math.Min(_bound, share);
        if (!continues)
        {
            _direction = direction;
            _since = now;
        }

        TimeSpan lasted = now - _since;
        if (direction < 0 && lasted >= options.SlowAfter)
        {
            _falls += _level == 0 ? 1 : 0;
            Go(Math.Max(LevelOf(_bound, options), _level + 1));
        }
        else if (direction > 0 && lasted >= Timeout)
        {
            Go(LevelOf(_bound, options));
        }
        else if (direction == 0 && _level == 0 && lasted >= options.ForgetAfter)
        {
            _falls = 0;
        }
    }

    private TimeSpan Timeout
    {
        get
        {
            TimeSpan doubled = options.NormalAfter * Math.ScaleB(1, Math.Min(_falls - 1, 30));
            return doubled < options.MaxNormalAfter ? doubled : options.MaxNormalAfter;
        }
    }

    private static int LevelOf(double share, RateOptions options) => Math.Clamp((int)Math.Ceiling(Math.Log2(options.NormalShare / Math.Max(share, double.Epsilon))), 0, Lowest);

    private void Go(int level)
    {
        _level = level;
        _direction = 0;
        _since = _seen;
    }
}
