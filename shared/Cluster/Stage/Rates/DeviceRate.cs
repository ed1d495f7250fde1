using System.Runtime.InteropServices;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>
/// What a device learns of its own rate. Steps tell which part of it is reached: the time of a step is compared with that of the device's best steps of the same kind, both by the time that the
/// announced figures predict. Where there are no steps, measurements tell. The median of a few windows counts, so that a pause of the process is no slow device, and within a window the sum of all steps, so that a
/// device which runs and stands still in turn is one. Steps that are shorter than the runs between standstills fall into these and tell nothing of standstills, for which the messages between them wait: the process says itself how long it stood.
/// </summary>
/// <remarks>
/// What a kind of step normally takes is the least that a run of such steps took: nothing makes a device faster than it is. While a device may be slow it does not learn what is normal for
/// kinds of steps that are new to it; the same steps with other layers stand in for them. Where there are none, it is taken for as fast as its process runs after a few seconds: a device must not stay slow because nothing is known of it. Belongs to one thread, but for <see cref="Report"/>.
/// </remarks>
/// <param name="cost">What steps need.</param>
/// <param name="readBandwidth">As measured at the start or earlier, in bytes a second.</param>
/// <param name="arithmeticRate">As measured at the start or earlier, in floating-point operations a second.</param>
/// <param name="options">How it is learnt.</param>
/// <param name="isKept">Whether the figures are from an earlier process: the first measurement in which the device has nothing else to do replaces them.</param>
internal sealed class DeviceRate(StepCost cost, double readBandwidth, double arithmeticRate, RateOptions options, bool isKept = false)
{
    private const int MostKinds = 1024;
    private const int FewestWindows = 3; // before one of them can be taken for an exception
    private static readonly LayerRange AnyLayers = new(0, 0);

    private readonly Dictionary<StepKind, Normal> _normals = [];
    private readonly Dictionary<StepKind, double> _withOtherLayers = []; // the normal that was learnt last
    private readonly List<double> _shares = []; // of the last windows
    private volatile RateReport _report = new(null, false, readBandwidth, arithmeticRate);
    private LayerRange _layers;
    private int _skipped; // of the first steps with these layers
    private TimeSpan? _since; // of the window
    private TimeSpan _last;
    private double _normalTime; // seconds that the window's steps take at the normal rate
    private double _time; // seconds that they took
    private int _steps;
    private int _unknown; // steps that could not be compared
    private RunningTime _running;
    private bool _isKept = isKept;

    /// <summary>What is known; from any thread.</summary>
    public RateReport Report => _report;

    /// <summary>Takes note of a step.</summary>
    /// <param name="layers">That were computed.</param>
    /// <param name="batch">Its rows.</param>
    /// <param name="took">Computing it.</param>
    /// <param name="now">The time since some beginning.</param>
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

    /// <summary>Takes note of how the process ran for a moment in which steps were computed.</summary>
    public void Ran(RunningTime moment) => _running = _running.And(moment);

    /// <summary>Takes note of a measurement.</summary>
    public void Probed(ProbeResult result)
    {
        if (_isKept && result.IsAlone)
        {
            _isKept = false;
            _report = _report with { ReadBandwidth = Refreshed(_report.ReadBandwidth, result.BestRead), ArithmeticRate = Refreshed(_report.ArithmeticRate, result.BestArithmetic) };
        }

        double read = result.BestRead > _report.ReadBandwidth * options.BetterBy ? result.BestRead : _report.ReadBandwidth;
        double arithmetic = result.BestArithmetic > _report.ArithmeticRate * options.BetterBy ? result.BestArithmetic : _report.ArithmeticRate;
        _report = _report with { ReadBandwidth = read, ArithmeticRate = arithmetic };
        if (result.IsAlone)
        {
            Add(Math.Min(result.Read / read, result.Arithmetic / arithmetic));
        }
    }

    /// <summary>A figure that differs a little is as good, and plans need not follow it.</summary>
    private double Refreshed(double kept, double measured) => measured > kept * options.BetterBy || measured * options.BetterBy < kept ? measured : kept;

    /// <returns>How many times longer than predicted such a step normally takes; null where that is not known.</returns>
    private double? Observe(in StepKind kind, double ratio)
    {
        bool learns = !(_report.Share < options.NormalShare);
        if (!_normals.ContainsKey(kind) && (!learns || _normals.Count == MostKinds))
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

    /// <param name="normalTime">Seconds; null where they are not known.</param>
    /// <param name="time">Seconds.</param>
    /// <param name="now">The time since some beginning.</param>
    private void Count(double? normalTime, double time, TimeSpan now)
    {
        if (now - _last > options.Window * options.Windows)
        {
            EndWindow(); // what was before is over
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
            // Long steps contain their part of the standstills.
            bool apart = TimeSpan.FromSeconds(_time / _steps) < _running.BetweenStandstills;
            Add(_normalTime / _time * (apart ? _running.Share : 1));
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

    /// <summary>The least time of a run of steps of a kind, as a multiple of what is predicted.</summary>
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
