using OrleansInference.Models;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Rates;

namespace OrleansInference.Serving.Hosting;

/// <summary>A device: its stage's machine on the thread that computes. Says that it is there even while a long step computes, and loads layers beside the steps.</summary>
internal sealed class DeviceThread : MachineThread
{
    private readonly DeviceLife _self;
    private readonly IStageWork _work;
    private readonly IControlTransport _transport;
    private readonly StageMachine _machine;
    private readonly LayerLoader _loader;
    private DeviceReport _report;

    /// <param name="self">The device in this life.</param>
    /// <param name="work">Computes; disposed with the thread if it can be.</param>
    /// <param name="transport">The way out.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="rate">Learns from its steps; null where nobody asks.</param>
    public DeviceThread(DeviceLife self, IStageWork work, IControlTransport transport, StageOptions options, DeviceRate? rate = null)
        : base($"Device {self}", transport)
    {
        _self = self;
        _work = work;
        _transport = transport;
        _machine = new StageMachine(self, work, this, options, static () => Now) { Rate = rate };
        _loader = new LayerLoader(_machine, work, LoadBeside);
        _report = DeviceReport.Of(_machine);
    }

    public DeviceLife Self => _self;

    /// <summary>The device's part in its pipeline, as of a moment ago; from any thread.</summary>
    public DeviceReport Report => Volatile.Read(ref _report);

    /// <summary>What was done here; from any thread.</summary>
    public StageCounters Counters => _machine.Counters;

    /// <summary>What the device has learnt of its rate; null where nobody asks.</summary>
    public RateReport? Rate => _machine.Rate?.Report;

    /// <summary>Told, on this thread, of a step whose computing failed, by its number; set from any thread.</summary>
    public Action<long, Exception>? StepFailed
    {
        set => _machine.StepFailed = value;
    }

    /// <summary>Has the device take note of a measurement; from any thread.</summary>
    public void Probed(ProbeResult result) => Post(() => _machine.Rate?.Probed(result));

    /// <summary>Takes note of how the process runs; from any thread.</summary>
    public void Ran(RunningTime moment) => Post(() => _machine.Rate?.Ran(moment));

    public override void Post(in Letter letter)
    {
        // The machine would answer when its step has ended, which may be later than the router's patience.
        if (letter.Message is Probe probe && Report is { } report && RouterNumbers.PipelineOf(probe.Router) == report.Pipeline && probe.Router >= report.LatestRouter)
        {
            _transport.Deliver([new Letter(Address.Activation(probe.Router), new Present(probe.Router, _self))]);
            if (probe.Router == report.LatestRouter)
            {
                return;
            }
        }

        base.Post(letter);
    }

    /// <summary>Loads layers that a plan is expected to ask for, before there is one; from any thread.</summary>
    public void Expect(LayerRange layers) => Post(() =>
    {
        _loader.Expect(layers);
        Publish();
    });

    /// <summary>Told, on this thread, that no plan needs the device any more.</summary>
    public Action? Released { get; set; }

    /// <summary>Asks for the device's layers to be moved: to be repeated until it is released.</summary>
    public void AskToLeave() => Post(() =>
    {
        if (_machine.Pipeline < 0)
        {
            Released?.Invoke();
        }
        else
        {
            Send(Address.Router(_machine.Pipeline), new DrainDevice(_self));
        }
    });

    protected override void Receive(in Letter letter, TimeSpan now)
    {
        if (letter.Message is DeviceReleased released && released.Device == _self)
        {
            Released?.Invoke();
        }

        if (!_loader.Take(letter.Message))
        {
            _machine.Receive(letter.Message, Arrived);
        }

        Publish();
        Flush();
    }

    /// <summary>Pages that move between devices, a window of them at a time, are in nobody's way: a step waits for a few of them at most.</summary>
    protected override bool MayWait(ControlMessage message) => message is PageContents or PageTaken;

    protected override void Tick(TimeSpan now)
    {
        _machine.Tick(now);
        Publish();
    }

    protected override void Close() => (_work as IDisposable)?.Dispose();

    private void LoadBeside(LayerRange layers) => Task.Run(() => _work.Load(layers)).ContinueWith(loaded => Post(() => OnLoaded(loaded)), TaskScheduler.Default);

    private void OnLoaded(Task loaded)
    {
        string? shortage = loaded.Exception?.InnerException is InferenceException { Code: ErrorCode.OutOfMemory } full ? full.Message : null;
        if (shortage is null)
        {
            loaded.GetAwaiter().GetResult();
        }

        _loader.OnLoaded(shortage);
        Publish();
    }

    private void Publish()
    {
        if (!_report.IsOf(_machine))
        {
            Volatile.Write(ref _report, DeviceReport.Of(_machine));
        }
    }
}
