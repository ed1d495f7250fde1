using System.Diagnostics;
using OrleansInference.Cluster.Stage.Rates;
using OrleansInference.Compute.Measurement;

namespace OrleansInference.Cluster.Hosting;

/// <summary>
/// Measures the devices of a node again from time to time, on a thread of its own: see <see cref="ProbeSchedule"/>. It works in bursts with pauses of the same
/// length, as steps do. Continuous computing would get less of a shared processor than steps get, and a short burst would not reveal a quota. While steps are
/// computed it measures whether the process runs, see <see cref="RunningTime"/>.
/// </summary>
public sealed class RateProbe : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SlowFor = TimeSpan.FromMilliseconds(500); // at least, if a device may be slow
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1); // of the running-time measurement
    private const int Bursts = 3; // of each kind, at least

    private readonly IReadOnlyList<DeviceThread> _devices;
    private readonly Func<Roofline> _create;
    private readonly ProbeSchedule _schedule;
    private readonly RateOptions _options;
    private readonly ManualResetEventSlim _stopping = new(initialState: false, spinCount: 0);
    private readonly Thread _thread;
    private readonly Action<MachineRates>? _measured;
    private Roofline? _roofline; // kept while a device may be slow
    private MachineRates _best = new(0, 0); // of this process

    /// <param name="devices">Devices of the node; they share its processor.</param>
    /// <param name="create">Creates the benchmark.</param>
    /// <param name="options">Options of the measurements.</param>
    /// <param name="measured">Receives the best rates that this process has measured while the devices were idle.</param>
    public RateProbe(IReadOnlyList<DeviceThread> devices, Func<Roofline> create, RateOptions options, Action<MachineRates>? measured = null)
    {
        _measured = measured;
        _devices = devices;
        _create = create;
        _options = options;
        _schedule = new ProbeSchedule(options);
        _thread = new Thread(Run) { IsBackground = true, Name = "Rate probe" };
    }

    private bool Suspected => _devices.Any(static device => device.Rate?.IsSuspected == true);

    private long Computations => _devices.Sum(static device => device.Counters.Computations);

    public void Start() => _thread.Start();

    public void Dispose()
    {
        _stopping.Set();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _roofline?.Dispose();
        _stopping.Dispose();
    }

    private void Run()
    {
        long start = Stopwatch.GetTimestamp();
        long seen = 0;
        while (!_stopping.Wait(LookInterval))
        {
            long computations = Computations;
            TimeSpan computing = _devices.Max(static device => device.Counters.Computing);
            if (_schedule.IsDue(Suspected, computations, computing, Stopwatch.GetElapsedTime(start)))
            {
                Probe();
                _schedule.Probed(Suspected, Stopwatch.GetElapsedTime(start));
            }
            else if (computations != seen)
            {
                Watch();
            }

            seen = computations;
        }
    }

    /// <summary>Measures whether the process runs. A thread that mostly sleeps gets a core whenever its process runs: if it wakes late, nothing of the process ran.</summary>
    private void Watch()
    {
        RunningTime moment = default;
        while (moment.Watched < _options.WatchFor && !_stopping.IsSet)
        {
            long start = Stopwatch.GetTimestamp();
            _stopping.Wait(Tick);
            TimeSpan passed = Stopwatch.GetElapsedTime(start);
            bool stood = passed - Tick >= _options.StandstillFrom;
            moment = moment.And(new RunningTime(passed, stood ? passed - Tick : TimeSpan.Zero, stood ? 1 : 0));
        }

        foreach (DeviceThread device in _devices)
        {
            device.Ran(moment);
        }
    }

    private void Probe()
    {
        bool suspected = Suspected;
        try
        {
            _roofline ??= _create();
            Measure(_roofline, suspected);
        }
        catch (OutOfMemoryException)
        {
            // There is no memory for the benchmark: it is tried again when the next measurement is due.
        }

        if (!suspected)
        {
            _roofline?.Dispose();
            _roofline = null;
        }
    }

    private void Measure(Roofline roofline, bool suspected)
    {
        long computations = Computations;
        double bestRead = 0, bestArithmetic = 0, perRead = 0, perArithmetic = 0; // per: seconds for a unit, summed over all bursts
        int bursts = 0;
        for (long start = Stopwatch.GetTimestamp(); bursts < Bursts || (suspected && Stopwatch.GetElapsedTime(start) < SlowFor); bursts++)
        {
            Burst(roofline.MeasureFlops, ref bestArithmetic, ref perArithmetic);
            Burst(roofline.MeasureReadBytesPerSecond, ref bestRead, ref perRead);
            if (_stopping.IsSet || (suspected && Computations != computations))
            {
                bursts++;
                break; // streams need the processor
            }
        }

        bool alone = Computations == computations && bursts >= Bursts;
        ProbeResult result = new(bestRead, bestArithmetic, alone ? bursts / perRead : 0, alone ? bursts / perArithmetic : 0);
        foreach (DeviceThread device in _devices)
        {
            device.Probed(result);
        }

        if (result.IsAlone)
        {
            _best = new MachineRates(Math.Max(_best.ReadBytesPerSecond, bestRead), Math.Max(_best.Flops, bestArithmetic));
            _measured?.Invoke(_best);
        }
    }

    private void Burst(Func<double> measure, ref double best, ref double perUnit)
    {
        long start = Stopwatch.GetTimestamp();
        double rate = measure();
        best = Math.Max(best, rate);
        perUnit += 1 / rate;
        TimeSpan pause = Stopwatch.GetElapsedTime(start);
        _stopping.Wait(pause < LookInterval ? pause : LookInterval);
    }
}
