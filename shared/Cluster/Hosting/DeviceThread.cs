using System.Diagnostics;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage;
using OrleansInference.Cluster.Stage.Rates;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Hosting;

/// <summary>A device: its stage's machine on the thread that computes. Says that it is there even while a long step computes, and loads layers beside the steps.</summary>
public sealed class DeviceThread : ActorThread
{
    private readonly DeviceLife _self;
    private readonly IStageWork _work;
    private readonly IControlTransport _transport;
    private readonly StageActor _actor;
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
        _actor = new StageActor(self, work, this, options, static () => Now) { Rate = rate, StepTraced = TraceStep };
        _loader = new LayerLoader(_actor, work, LoadBeside);
        _report = DeviceReport.Of(_actor);
    }

    public DeviceLife Self => _self;

    /// <summary>The device's part in its pipeline, as of a moment ago; from any thread.</summary>
    public DeviceReport Report => Volatile.Read(ref _report);

    /// <summary>What was done here; from any thread.</summary>
    public StageCounters Counters => _actor.Counters;

    /// <summary>What the device has learnt of its rate; null where nobody asks.</summary>
    public RateReport? Rate => _actor.Rate?.Report;

    /// <summary>Told, on this thread, of a step whose computing failed, by its number; set from any thread.</summary>
    public Action<long, Exception>? StepFailed
    {
        set => _actor.StepFailed = value;
    }

    /// <summary>Has the device take note of a measurement; from any thread.</summary>
    public void Probed(ProbeResult result) => Post(() => _actor.Rate?.Probed(result));

    /// <summary>Takes note of how the process runs; from any thread.</summary>
    internal void Ran(RunningTime moment) => Post(() => _actor.Rate?.Ran(moment));

    public override void Post(in OutboundMessage message)
    {
        // The machine would answer when its step has ended, which may be later than the router's patience.
        if (message.Message is Probe probe && Report is { } report && RouterNumbers.PipelineOf(probe.Router) == report.Pipeline && probe.Router >= report.LatestRouter)
        {
            _transport.Deliver([new OutboundMessage(Address.Activation(probe.Router), new ProbeReply(probe.Router, _self))]);
            if (probe.Router == report.LatestRouter)
            {
                return;
            }
        }

        base.Post(message);
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
        if (_actor.Pipeline < 0)
        {
            Released?.Invoke();
        }
        else
        {
            Send(Address.Router(_actor.Pipeline), new DrainDevice(_self));
        }
    });

    protected override void Receive(in OutboundMessage message, TimeSpan now)
    {
        if (message.Message is DeviceReleased released && released.Device == _self)
        {
            Released?.Invoke();
        }

        if (!_loader.Take(message.Message))
        {
            _actor.Receive(message.Message, Arrived);
        }

        Publish();
        Flush();
    }

    /// <summary>Pages that move between devices, a window of them at a time, are in nobody's way: a step waits for a few of them at most.</summary>
    protected override bool MayWait(ControlMessage message) => message is PageContents or PageTaken;

    protected override void Tick(TimeSpan now)
    {
        _actor.Tick(now);
        Publish();
    }

    protected override void Close() => (_work as IDisposable)?.Dispose();

    private void TraceStep(StepForward step, TimeSpan waiting, TimeSpan computing)
    {
        DateTime end = DateTime.UtcNow;
        foreach (string trace in step.Traces)
        {
            if (ActivityContext.TryParse(trace, null, isRemote: true, out ActivityContext parent))
            {
                Tracing.Add(
                    "stage", parent, end - computing, end, ("orleans_inference.device", _self.Device), ("orleans_inference.first_layer", _actor.Layers.First), ("orleans_inference.end_layer", _actor.Layers.End),
                    ("orleans_inference.step", step.Step.Number), ("orleans_inference.step_tokens", step.Step.Batch.RowCount), ("orleans_inference.waiting_seconds", waiting.TotalSeconds));
            }
        }
    }

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
        if (!_report.IsOf(_actor))
        {
            Volatile.Write(ref _report, DeviceReport.Of(_actor));
        }
    }
}
