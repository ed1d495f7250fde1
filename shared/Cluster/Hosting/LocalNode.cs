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
/// A node without a cluster: the threads of its devices, of its router and of its sessions exchange their messages inside the process. It serves one pipeline with one stage per device, and
/// keeps nothing when it ends.
/// </summary>
public sealed class LocalNode : IAsyncDisposable
{
    private const int Gateway = 1;
    private const int RouterNumber = 1;

    private readonly SessionThread _front;
    private readonly RouterThread _router;
    private readonly DeviceThread[] _devices;
    private readonly RouterSetup _setup;
    private readonly ClusterInferenceService _service;
    private volatile string? _defect;

    /// <param name="model">The model; its context is cut to the positions and to the pages that the devices have.</param>
    /// <param name="work">Computes, one for each device; disposed with the node where it can be.</param>
    /// <param name="layers">Layers of the model; as many as there are devices at least.</param>
    /// <param name="limits">Of a step; the depth is the number of devices.</param>
    /// <param name="serving">Bounds and weights.</param>
    /// <param name="time">The clock for deadlines and step times; the system's by default.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: an option is out of range, or the vocabulary is too large to sample from.</exception>
    internal LocalNode(ServedModel model, IReadOnlyList<IStageWork> work, int layers, StepLimits limits, ServingOptions serving, TimeProvider? time = null)
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
            Limits = new SchedulerLimits(pages, Model.ContextLength, limits.Rows, Math.Min(limits.LogitRows, serving.LogitRows(model.VocabularySize)), work.Count, HostPages: work.Min(static device => device.HostPages)),
            Time = time ?? TimeProvider.System,
        };
        MemoryClusterStore store = new();
        LocalTransport transport = new(store);
        _front = new SessionThread(Gateway, transport, store, new SessionOptions());
        _router = new RouterThread(RouterNumber, _setup, transport);
        _devices = [.. work.Select((device, index) => new DeviceThread(new DeviceLife(index + 1, 1), device, transport, new StageOptions { JournalPages = 0 }))];
        transport.Join(_front);
        transport.Join(_router);
        Array.ForEach(_devices, transport.Join);
        _service = new ClusterInferenceService(Model, serving, _front, store, () => Status);
        Start();
    }

    /// <summary>The model as it is served.</summary>
    public ServedModel Model { get; }

    /// <summary>Takes requests.</summary>
    public IInferenceService Service => _service;

    private ServiceStatus Status => new(_defect is null, _defect, _setup.Counters.Read());

    /// <summary>Starts a node over devices that hold all layers of a model together.</summary>
    /// <param name="model">The model.</param>
    /// <param name="devices">One for each stage; they belong to the node from now on, which disposes them.</param>
    /// <param name="serving">Bounds and weights.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: an option is out of range, or the vocabulary is too large to sample from.</exception>
    public static LocalNode Start(ServedModel model, IReadOnlyList<DeviceModel> devices, ServingOptions serving)
    {
        DeviceModel first = devices[0];
        StepLimits limits = new(first.MaxPositions, first.MaxStepTokens, first.MaxLogitRows);
        return new LocalNode(model, [.. devices.Select(static device => new ModelWork(device))], first.LayerCount, limits, serving);
    }

    /// <summary>Ends requests under way with <see cref="ErrorCode.Unavailable"/>, and disposes the devices.</summary>
    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await Task.Run(() =>
        {
            // Each waits until its thread has ended, a device for the step that it computes.
            _front.Dispose();
            _router.Dispose();
            Array.ForEach(_devices, static device => device.Dispose());
        });
    }

    private void Start()
    {
        foreach (ActorThread thread in (ActorThread[])[_front, _router, .. _devices])
        {
            thread.Failed = defect => Fail(thread, defect);
            thread.Start();
        }

        _router.Begin(null, null);
        _router.Post(new OutboundMessage(Address.Router(0), new MembershipChanged([.. _devices.Select(static device => device.Self)], [])));
    }

    /// <summary>A thread has ended on a defect: nothing that it held can be trusted, and no request is served any more.</summary>
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
