using System.Diagnostics;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage;
using OrleansInference.Cluster.Stage.Rates;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Thread of a device: runs its stage's actor and computes. It answers probes even during a long step, and loads layers concurrently with the steps.</summary>
public sealed class DeviceThread : ActorThread
{
    private readonly DeviceLife _self;
    private readonly IStageWork _work;
    private readonly IControlTransport _transport;
    private readonly StageActor _actor;
    private readonly LayerLoader _loader;
    private DeviceReport _report;

    /// <param name="self">The device in this life.</param>
    /// <param name="work">Stage work; disposed with the thread if it is disposable.</param>
    /// <param name="transport">Transport for outbound messages.</param>
    /// <param name="options">Options of the stage.</param>
    /// <param name="rate">Learns the device's rate from its steps; null if not needed.</param>
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

    /// <summary>State of the device in its pipeline, as last published. Thread-safe.</summary>
    public DeviceReport Report => Volatile.Read(ref _report);

    /// <summary>Counters of the device. Thread-safe.</summary>
    public StageCounters Counters => _actor.Counters;

    /// <summary>Learned rate of the device; null if it is not measured.</summary>
    public RateReport? Rate => _actor.Rate?.Report;

    /// <summary>Called on this thread with the number of a step that failed to compute. It can be set on any thread.</summary>
    public Action<long, Exception>? StepFailed
    {
        set => _actor.StepFailed = value;
    }

    /// <summary>Applies a measurement of the device. Thread-safe.</summary>
    public void Probed(ProbeResult result) => Post(() => _actor.Rate?.Probed(result));

    /// <summary>Applies a measurement of the process' running time. Thread-safe.</summary>
    internal void Ran(RunningTime moment) => Post(() => _actor.Rate?.Ran(moment));

    public override void Post(in OutboundMessage message)
    {
        // The actor would answer only after its step, possibly later than the router's time limit.
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

    /// <summary>Loads layers that a future plan is expected to need. Thread-safe.</summary>
    public void Expect(LayerRange layers) => Post(() =>
    {
        _loader.Expect(layers);
        Publish();
    });

    /// <summary>Called on this thread when no plan needs the device any more.</summary>
    public Action? Released { get; set; }

    /// <summary>Asks the router to move the device's layers away. The caller repeats it until the device is released.</summary>
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

    /// <summary>Whether a message may wait for a step. Pages that move between devices may: a window bounds their number, so a step waits for only a few of them.</summary>
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
