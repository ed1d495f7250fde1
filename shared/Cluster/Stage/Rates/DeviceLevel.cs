namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>
/// With which part of its rate a device is planned: all, or half of what it reaches, as messages wait on a slow node too and no step tells of that. It follows what the device reports with patience, and the more of it the more often the device was slow and normal in turn: plans change
/// a few times then, and the device stays without layers until it has been normal for long. A device that is slow when it is first heard of was found so before: another router has seen that it is.
/// </summary>
/// <param name="options">With what patience.</param>
/// <param name="first">What the device reports first, beside the others.</param>
internal sealed class DeviceLevel(RateOptions options, double first)
{
    private const int Lowest = 6;

    private int _level = first < options.SlowShare ? LevelOf(first, options) : 0; // it reaches about 2 to the power of its negative
    private int _falls = first < options.SlowShare ? 1 : 0; // from the normal rate
    private int _direction; // −1: slower than planned; 1: faster
    private TimeSpan _since; // has it been so
    private double _bound; // that it reached in this time, where it is faster; the most where it is slower
    private TimeSpan _seen;

    /// <summary>The part of its rate.</summary>
    public double Part => _level == 0 ? 1 : Reached / 2;

    private double Reached => Math.ScaleB(1, -_level);

    /// <summary>Takes note of what a device reports.</summary>
    /// <param name="share">Of its normal rate, beside the others.</param>
    /// <param name="now">The time since some beginning.</param>
    public void Observe(double share, TimeSpan now)
    {
        int direction = share < options.SlowShare * Reached && _level < Lowest ? -1 : _level > 0 && share >= options.NormalShare * Reached * 2 ? 1 : 0;
        bool goesOn = direction == _direction && now - _seen < options.SlowAfter;
        _seen = now;
        _bound = !goesOn ? share : direction < 0 ? Math.Max(_bound, share) : Math.Min(_bound, share);
        if (!goesOn)
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
            return doubled < options.NormalAfterAtMost ? doubled : options.NormalAfterAtMost;
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
