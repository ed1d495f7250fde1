using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Router;
using OrleansInference.Cluster.Session;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Hosting;

/// <summary>
/// Node without a cluster: the threads of its devices, and the thread of its sessions and its router, exchange messages inside the process. It serves one
/// pipeline with one stage for each device, and keeps nothing after its end.
/// </summary>
public sealed class LocalNode : IAsyncDisposable
{
    private const int Gateway = 1;
    private const int RouterNumber = 1;

    private readonly SessionThread _front;
    private readonly HostedRouter _router;
    private readonly DeviceThread[] _devices;
    private readonly RouterSetup _setup;
    private readonly ClusterInferenceService _service;
    private volatile string? _defect;

    /// <param name="model">The model; its context is reduced to the positions and pages of the devices.</param>
    /// <param name="work">Stage work, one for each device; disposed with the node if it is disposable.</param>
    /// <param name="layers">Number of layers of the model; at least the number of devices.</param>
    /// <param name="limits">Limits of a step; the depth is the number of devices.</param>
    /// <param name="serving">Bounds and weights of requests.</param>
    /// <param name="time">Clock for deadlines and step times; the system's by default.</param>
    /// <param name="pageBytes">Bytes of a page in all layers.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: an option is out of range, or the vocabulary is too large to sample from.</exception>
    internal LocalNode(ServedModel model, IReadOnlyList<IStageWork> work, int layers, StepLimits limits, ServingOptions serving, TimeProvider? time = null, long pageBytes = 1)
    {
        serving.Validate();
        if (model.VocabularySize > FixedPointSoftmax.MaxTokens)
        {
            InferenceException.Throw(ErrorCode.InvalidOption, $"The model's vocabulary is {model.VocabularySize}; expected at most {FixedPointSoftmax.MaxTokens}.", nameof(model));
        }

        int pages = work.Min(static device => device.PageCount);
        Model = model with { ContextLength = (int)Math.Min(Math.Min(model.ContextLength, limits.Positions), (long)pages * KvLayout.PageTokens) };
        _setup = new RouterSetup
        {
            Model = Model,
            Serving = serving,
            Control = new CoordinatorOptions(),
            Plans = new EvenPlanSource(layers, work.Count),
            Limits = new SchedulerLimits(pages, Model.ContextLength, limits.Rows, Math.Min(limits.LogitRows, serving.LogitRows(model.VocabularySize)), work.Count, HostPages: work.Min(static device => device.HostPages), PageBytes: pageBytes),
            Time = time ?? TimeProvider.System,
        };
        MemoryClusterStore store = new();
        LocalTransport transport = new(store);
        _front = new SessionThread(Gateway, transport, store, new SessionOptions());
        _router = new HostedRouter(RouterNumber, _setup, _front);
        _devices = [.. work.Select((device, index) => new DeviceThread(new DeviceLife(index + 1, 1), device, transport, new StageOptions { JournalPages = 0 }))];
        transport.Join(_front);
        transport.Join(_router);
        Array.ForEach(_devices, transport.Join);
        _service = new ClusterInferenceService(Model, serving, _front, store, () => Status);
        Start();
    }

    /// <summary>The served model.</summary>
    public ServedModel Model { get; }

    /// <summary>Service that accepts requests.</summary>
    public IInferenceService Service => _service;

    private ServiceStatus Status => new(_defect is null, _defect, _setup.Counters.Read());

    /// <summary>Starts a node over devices that together hold all layers of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="devices">Devices, one for each stage; the node owns and disposes them.</param>
    /// <param name="serving">Bounds and weights of requests.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: an option is out of range, or the vocabulary is too large to sample from.</exception>
    public static LocalNode Start(ServedModel model, IReadOnlyList<DeviceModel> devices, ServingOptions serving)
    {
        DeviceModel first = devices[0];
        StepLimits limits = new(first.MaxPositions, first.MaxStepTokens, first.MaxLogitRows);
        return new LocalNode(model, [.. devices.Select(static device => new ModelWork(device))], first.LayerCount, limits, serving, pageBytes: first.PageBytes);
    }

    /// <summary>Ends open requests with <see cref="ErrorCode.Unavailable"/>, and disposes the devices.</summary>
    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await Task.Run(() =>
        {
            // Each call waits until the thread has ended; a device first finishes its current step.
            _front.Dispose();
            Array.ForEach(_devices, static device => device.Dispose());
        });
    }

    private void Start()
    {
        foreach (ActorThread thread in (ActorThread[])[_front, .. _devices])
        {
            thread.Failed = defect => Fail(thread, defect);
            thread.Start();
        }

        _router.Start();
        _router.Begin(null, null);
        _router.Post(new OutboundMessage(Address.Router(0), new MembershipChanged([.. _devices.Select(static device => device.Self)], [])));
    }

    /// <summary>Stops serving after a thread has ended because of a defect: its state cannot be trusted.</summary>
    private void Fail(ActorThread thread, Exception defect)
    {
        _defect = $"The engine failed: {defect.Message}";
        _service.Close();
        InferenceException error = new(ErrorCode.Internal, _defect, inner: defect);
        if (thread == _front)
        {
            _front.FailStreams(error);
        }
        else
        {
            _front.Post(() => _front.FailStreams(error));
        }
    }
}
