using OrleansInference.Models;
using OrleansInference.Serving.Control;

namespace OrleansInference.Serving.Hosting;

/// <summary>A device: its stage's machine on the thread that computes. Says that it is there even while a long step computes, and loads layers beside the steps.</summary>
internal sealed class DeviceThread : MachineThread
{
    private readonly DeviceLife _self;
    private readonly IStageWork _work;
    private readonly IControlTransport _transport;
    private readonly StageMachine _machine;
    private readonly HashSet<ControlMessage> _loading = [];
    private bool _rehearsed;

    /// <param name="self">The device in this life.</param>
    /// <param name="work">Computes; disposed with the thread if it can be.</param>
    /// <param name="transport">The way out.</param>
    /// <param name="options">Bounds.</param>
    public DeviceThread(DeviceLife self, IStageWork work, IControlTransport transport, StageOptions options)
        : base($"Device {self}", transport)
    {
        _self = self;
        _work = work;
        _transport = transport;
        _machine = new StageMachine(self, work, this, options, static () => Now);
    }

    public DeviceLife Self => _self;

    /// <summary>Layers that run here, as of a moment ago.</summary>
    public LayerRange Layers => _machine.Layers;

    /// <summary>Epoch of the plan in force here, as of a moment ago.</summary>
    public long Epoch => _machine.Epoch;

    /// <summary>What was done here.</summary>
    public StageCounters Counters => _machine.Counters;

    public override void Post(in Letter letter)
    {
        // The machine would answer when its step has ended, which may be later than the router's patience.
        if (letter.Message is Probe probe && RouterNumbers.PipelineOf(probe.Router) == _machine.Pipeline && probe.Router >= _machine.LatestRouter)
        {
            _transport.Deliver([new Letter(Address.Activation(probe.Router), new Present(probe.Router, _self))]);
            if (probe.Router == _machine.LatestRouter)
            {
                return;
            }
        }

        base.Post(letter);
    }

    /// <summary>The pipeline that the device serves, as of a moment ago; −1: none yet.</summary>
    public int Pipeline => _machine.Pipeline;

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

        LayerRange wanted = letter.Message switch { LoadLayers load => load.Layers, MapLayers map => map.Layers, _ => default };
        if (wanted.Count > 0 && !_work.Holds(wanted))
        {
            LoadBeside(letter.Message, wanted);
            return;
        }

        _machine.Receive(letter.Message, Arrived);
        Flush();
    }

    /// <summary>Pages that move between devices, a window of them at a time, are in nobody's way: a step waits for a few of them at most.</summary>
    protected override bool MayWait(ControlMessage message) => message is PageContents or PageTaken;

    protected override void Tick(TimeSpan now) => _machine.Tick(now);

    protected override void Close() => (_work as IDisposable)?.Dispose();

    private void LoadBeside(ControlMessage message, LayerRange layers)
    {
        if (!_loading.Add(message))
        {
            return;
        }

        Task.Run(() => _work.Load(layers)).ContinueWith(loaded => Post(() => Loaded(message, layers, loaded)), TaskScheduler.Default);
    }

    private void Loaded(ControlMessage message, LayerRange layers, Task loaded)
    {
        _loading.Remove(message);
        if (loaded.Exception?.InnerException is InferenceException { Code: ErrorCode.OutOfMemory } full)
        {
            if (_machine.MakeRoom(message))
            {
                LoadBeside(message, layers);
            }
            else
            {
                _machine.Refuse(message, full.Message);
            }

            return;
        }

        loaded.GetAwaiter().GetResult();
        RehearseOnce(layers);
        _machine.Receive(message);
    }

    /// <summary>Before the first plan, and before it is said that the layers are there: no page has contents yet.</summary>
    private void RehearseOnce(LayerRange layers)
    {
        if (!_rehearsed && Layers.Count == 0)
        {
            _work.Rehearse(layers);
        }

        _rehearsed = true;
    }
}
