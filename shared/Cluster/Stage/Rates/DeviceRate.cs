using System.Runtime.InteropServices;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>
/// The share of its own rate that a device reaches. It compares the time of each step with that of the device's best steps of the same kind, both relative to the time that the
/// announced figures predict. Without steps it uses measurements. The result is the median of a few windows, so that one pause of the process does not make the device slow. Within a
/// window all steps are summed, so that a device which repeatedly stands still is slow. Steps shorter than the time between two standstills do not include the standstills, although
/// messages wait for their end. For such steps the share of time in which the process ran is used in addition.
/// </summary>
/// <remarks>
/// The normal time of a kind of step is the lowest time of a run of such steps, because a disturbance never makes a device faster. While a device may be slow, no normal time of new
/// kinds of steps is recorded; the time of the same kind with other layers is used. If there is none, the share of time in which the process ran is used after a few seconds, because
/// the device must not stay slow for lack of data. Belongs to one thread, except for <see cref="Report"/>.
/// </remarks>
/// <param name="cost">The cost of steps.</param>
/// <param name="readBandwidth">Measured at the start, in bytes per second.</param>
/// <param name="arithmeticRate">Measured at the start, in floating-point operations per second.</param>
/// <param name="options">The windows and limits.</param>
/// <param name="isKept">Whether the figures are from an earlier process: the first measurement without other work replaces them.</param>
public sealed class DeviceRate(StepCost cost, double readBandwidth, double arithmeticRate, RateOptions options, bool isKept = false)
{
    private const int MostKinds = 1024;
    private const int FewestWindows = 3; // fewest windows among which one can be an outlier
    private static readonly LayerRange AnyLayers = new(0, 0);

    private readonly Dictionary<StepKind, Normal> _normals = [];
    private readonly Dictionary<StepKind, double> _withOtherLayers = []; // by kind: the last normal ratio that was recorded
    private readonly List<double> _shares = []; // the shares of the last windows
    private volatile RateReport _report = new(null, false, readBandwidth, arithmeticRate);
    private LayerRange _layers;
    private int _skipped; // number of first steps with these layers that were not counted
    private TimeSpan? _since; // the start of the window
    private TimeSpan _last;
    private double _normalTime; // seconds that the window's steps take at the normal rate
    private double _time; // measured seconds of these steps
    private int _steps;
    private int _unknown; // steps without a known normal time
    private RunningTime _running;
    private bool _isKept = isKept;

    /// <summary>The current result. May be read from any thread.</summary>
    public RateReport Report => _report;

    /// <summary>Records a step.</summary>
    /// <param name="layers">The layers that were computed.</param>
    /// <param name="batch">Its rows.</param>
    /// <param name="took">The time of its computation.</param>
    /// <param name="now">The current time, from any origin.</param>
    public void Computed(LayerRange layers, StepBatch batch, TimeSpan took, TimeSpan now)
    {
        double expected = cost.Seconds(layers, batch, readBandwidth, arithmeticRate);
        if (!(expected > 0) || took <= TimeSpan.Zero)
        {
            return;
        }

        if (layers != _layers)
        {
            _layers = layers;
            _skipped = 0;
            EndWindow();
        }

        if (_skipped < options.FirstSteps)
        {
            _skipped++;
            return;
        }

        double? normal = Observe(StepKind.Of(layers, batch), took.TotalSeconds / expected);
        Count(expected * normal, took.TotalSeconds, now);
    }

    /// <summary>Adds a sample of the process's running time, taken while steps were computed.</summary>
    internal void Ran(RunningTime moment) => _running = _running.And(moment);

    /// <summary>Records a measurement.</summary>
    public void Probed(ProbeResult result)
    {
        if (_isKept && result.IsAlone)
        {
            _isKept = false;
            _report = _report with { ReadBandwidth = Refreshed(_report.ReadBandwidth, result.BestRead), ArithmeticRate = Refreshed(_report.ArithmeticRate, result.BestArithmetic) };
        }

        double read = result.BestRead > _report.ReadBandwidth * options.ImprovementFactor ? result.BestRead : _report.ReadBandwidth;
        double arithmetic = result.BestArithmetic > _report.ArithmeticRate * options.ImprovementFactor ? result.BestArithmetic : _report.ArithmeticRate;
        _report = _report with { ReadBandwidth = read, ArithmeticRate = arithmetic };
        if (result.IsAlone)
        {
            Add(Math.Min(result.Read / read, result.Arithmetic / arithmetic));
        }
    }

    /// <summary>Returns the measured figure if it differs enough. Plans need not follow a small difference.</summary>
    private double Refreshed(double kept, double measured) => measured > kept * options.ImprovementFactor || measured * options.ImprovementFactor < kept ? measured : kept;

    /// <returns>The ratio of the normal time of such a step to the predicted time; null if it is unknown.</returns>
    private double? Observe(in StepKind kind, double ratio)
    {
        bool updates = !(_report.Share < options.NormalShare);
        if (!_normals.ContainsKey(kind) && (!updates || _normals.Count == MostKinds))
        {
            return _withOtherLayers.TryGetValue(kind with { Layers = AnyLayers }, out double likely) ? likely : null;
        }

        ref Normal normal = ref CollectionsMarshal.GetValueRefOrAddDefault(_normals, kind, out _);
        if (normal.Add(ratio, options.WindowSteps))
        {
            _withOtherLayers[kind with { Layers = AnyLayers }] = normal.Ratio;
        }

        return normal.Ratio > 0 ? normal.Ratio : null;
    }

    /// <param name="normalTime">The normal time of a step in seconds; null if it is unknown.</param>
    /// <param name="time">The time of the step in seconds.</param>
    /// <param name="now">The current time, from any origin.</param>
    private void Count(double? normalTime, double time, TimeSpan now)
    {
        if (now - _last > options.Window * options.Windows)
        {
            EndWindow(); // too old
        }

        _last = now;
        _since ??= now - TimeSpan.FromSeconds(time);
        if (normalTime is { } normal)
        {
            _normalTime += normal;
            _time += time;
            _steps++;
        }
        else
        {
            _unknown++;
        }

        TimeSpan lasted = now - _since.Value;
        if (_steps >= options.WindowSteps && lasted >= options.Window)
        {
            // The times of long steps already include the standstills.
            bool isShort = TimeSpan.FromSeconds(_time / _steps) < _running.BetweenStandstills;
            Add(_normalTime / _time * (isShort ? _running.Share : 1));
            EndWindow();
        }
        else if (_unknown >= options.WindowSteps && lasted >= options.UnknownWindow)
        {
            Add(_running.Share);
            EndWindow();
        }
    }

    private void EndWindow()
    {
        _since = null;
        _normalTime = _time = 0;
        _steps = _unknown = 0;
        _running = default;
    }

    private void Add(double share)
    {
        share = Math.Min(1, share);
        if (_shares.Count == options.Windows)
        {
            _shares.RemoveAt(0);
        }

        _shares.Add(share);
        double median = _shares.Count < FewestWindows ? _shares.Max() : _shares.Order().ElementAt((_shares.Count - 1) / 2);
        bool suspected = median < options.NormalShare || share < options.SlowShare;
        if (median != _report.Share || suspected != _report.IsSuspected)
        {
            _report = _report with { Share = median, IsSuspected = suspected };
        }
    }

    /// <summary>The lowest time of a run of steps of a kind, as a multiple of the predicted time.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Normal
    {
        private double _sum;
        private int _count;

        /// <summary>0 before the first run is complete.</summary>
        public double Ratio { get; private set; }

        /// <returns>Whether a run is complete.</returns>
        public bool Add(double ratio, int run)
        {
            _sum += ratio;
            if (++_count < run)
            {
                return false;
            }

            Ratio = Ratio == 0 ? _sum / run : Math.Min(Ratio, _sum / run);
            _sum = 0;
            _count = 0;
            return true;
        }
    }
}
