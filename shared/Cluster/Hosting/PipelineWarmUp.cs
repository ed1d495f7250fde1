using System.Buffers;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Cluster.Router;
using OrleansInference.Cluster.Session;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Cluster.Hosting;

/// <summary>
/// Warm-up of the control path, over three stages that compute nothing: a router runs a session, one stage moves to another device, and a second router takes over. The router is then lost twice, each time together with a
/// stage, so that the next router requests page inventories and restores the lost pages, first from a journal and then by a prefix replay. All messages are encoded and decoded. A node runs the warm-up once after its start,
/// so that this code is compiled before a router or a stage moves to the node and streams wait for it.
/// </summary>
public sealed class PipelineWarmUp : IControlPort
{
    private const int Pages = 16;
    private const int Prompt = 20;
    private const int Generated = 50;
    private const int TokensBetweenChanges = 10;
    private const int Stages = 3;
    private const int MaxTurns = 1000; // far more than needed

    private static readonly DeviceLife[] Devices = [new(1, 1), new(2, 1), new(3, 1), new(4, 1)]; // the last one replaces the first one
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(10);

    private readonly Queue<OutboundMessage> _messages = new();
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly RouterSetup _setup;
    private readonly StageActor[] _stages;
    private readonly SessionActor _session;
    private readonly HashSet<DeviceLife> _lost = [];
    private RouterActor _router;
    private PipelinePlan? _plan;
    private long? _writing;
    private TimeSpan _now;
    private int _routers;

    /// <param name="model">Served model.</param>
    /// <param name="serving">Bounds of requests.</param>
    /// <param name="control">Time limits of the routers.</param>
    public PipelineWarmUp(ServedModel model, ServingOptions serving, CoordinatorOptions control)
    {
        _setup = new RouterSetup
        {
            Model = model,
            Serving = serving,
            Control = control,
            Plans = new EvenPlanSource(layers: Stages, Stages),
            Limits = new SchedulerLimits(Pages, Pages * KvLayout.PageTokens, KvLayout.PageTokens, KvLayout.PageTokens, Stages),
        };
        _stages = [.. Devices.Select(device => new StageActor(device, new NullStage(), this, new StageOptions()))];
        _session = new SessionActor(1, null, this, Write, new PipelineChooser(), new SessionOptions());
        _router = Create();
    }

    /// <summary>For each router after the first: the number of pages inherited with their contents.</summary>
    public List<int> InheritedPages { get; } = [];

    /// <summary>Number of stages moved by the first router.</summary>
    public long Migrations { get; private set; }

    /// <summary>Sequences restored after the losses, by <see cref="RecoveryStrategy"/>.</summary>
    public long[] Recovered { get; } = new long[3];

    private int Tokens => _session.Choices == 0 ? 0 : _session.Log(0).Length;

    /// <returns>Number of generated tokens; fewer than requested if the warm-up failed.</returns>
    public int Run()
    {
        GenerationRequest request = new() { RequestId = "warm-up", Prompt = new int[Prompt], MaxTokens = Generated, IgnoreEos = true, Sampling = new SamplingParameters { Seed = 1 } };
        StartRouter(null, null, Devices[..Stages]);
        Send(Address.Session(1), new AttachStream(1, 1, 1, request, [0]));
        Generate();
        MoveStage();
        Generate();
        HandOver();
        Generate();
        Lose(Devices[1]);
        Generate();
        Lose(Devices[^1]);
        Generate();
        return Tokens;
    }

    public void Send(Address to, ControlMessage message) => _messages.Enqueue(new OutboundMessage(to, Carry(message, ControlCodec.Write, ControlCodec.Read)));

    private void Write(int session, long version, SessionRecord record)
    {
        _bytes.ResetWrittenCount();
        ControlCodec.WriteRecord(_bytes, record);
        _writing = version;
    }

    private void MoveStage()
    {
        Send(Address.Router(0), new MembershipChanged(Devices, []));
        Send(Address.Router(0), new DrainDevice(Devices[0]));
        RunUntil(() => _router.Coordinator.Migrations > 0);
        Migrations = _router.Coordinator.Migrations;
        _lost.Add(Devices[0]);
    }

    private void HandOver()
    {
        _router.Coordinator.Leave(_now);
        RunUntil(() => _router.Coordinator.Phase == PlanPhase.Stopped);
        if (_router.Coordinator.Handover is { } handover && _plan is not null)
        {
            ReplaceRouter(router => (Carry(handover, ControlCodec.WriteHandover, ControlCodec.ReadHandover), _plan = _plan.Again(router)));
        }
    }

    /// <summary>Loses a device together with the router.</summary>
    private void Lose(DeviceLife device)
    {
        _lost.Add(device);
        ReplaceRouter(static _ => default);
    }

    /// <summary>Replaces the router.</summary>
    /// <param name="left">Returns what the previous router left, for the number of the new one.</param>
    private void ReplaceRouter(Func<int, (RouterHandover? Inherited, PipelinePlan? Prepared)> left)
    {
        _messages.Clear();
        _router = Create();
        (RouterHandover? inherited, PipelinePlan? prepared) = left(_router.Coordinator.Self);
        StartRouter(inherited, prepared, [.. Devices.Except(_lost)]);
        _session.OnRouterReplaced(0, _now);
        RunUntil(() => _router.Coordinator.Phase == PlanPhase.Serving);
        InheritedPages.Add(_router.Coordinator.InheritedPages);
        for (int strategy = 0; strategy < Recovered.Length; strategy++)
        {
            Recovered[strategy] += _router.Coordinator.Recovered[strategy];
        }
    }

    private RouterActor Create() => _setup.Create(++_routers, this, () => _now);

    private void StartRouter(RouterHandover? inherited, PipelinePlan? prepared, DeviceLife[] members)
    {
        _router.Coordinator.Start(_now, inherited, prepared);
        Send(Address.Router(0), new MembershipChanged(members, []));
    }

    private void Generate()
    {
        int wanted = Math.Min(Tokens + TokensBetweenChanges, Generated);
        RunUntil(() => Tokens >= wanted);
    }

    private void RunUntil(Func<bool> until)
    {
        for (int turn = 0; turn < MaxTurns && !until(); turn++)
        {
            while (!until() && _messages.TryDequeue(out OutboundMessage message))
            {
                Deliver(message);
            }

            if (_writing is { } version)
            {
                _writing = null;
                _session.Written(version, _now);
            }

            _now += Turn;
            _router.Tick(_now);
            Array.ForEach(_stages, stage => stage.Tick(_now));
            _session.Tick(_now);
        }
    }

    private void Deliver(in OutboundMessage message)
    {
        switch (message.To.Kind)
        {
            case AddressKind.Router: _router.Receive(message.Message, _now); break;
            case AddressKind.Device when !_lost.Contains(Devices[message.To.Number - 1]): _stages[message.To.Number - 1].Receive(message.Message); break;
            case AddressKind.Session: _session.Receive(message.Message, _now); break;
            case AddressKind.PlanStore when message.Message is SavePlan save:
                _plan = PlanStore.Save(_plan, save.Plan);
                Send(Address.Router(0), new PlanSaved(save.Plan.Router, _plan));
                break;
            case AddressKind.PlanStore when message.Message is ReadPlan read:
                Send(Address.Router(0), new PlanRead(read.Router, _plan));
                break;
        }
    }

    private T Carry<T>(T value, Action<IBufferWriter<byte>, T> write, Reader<T> read)
    {
        _bytes.ResetWrittenCount();
        write(_bytes, value);
        return read(_bytes.WrittenSpan);
    }

    private delegate T Reader<T>(ReadOnlySpan<byte> bytes);

    /// <summary>Stage work that computes nothing; all tokens are equally likely.</summary>
    private sealed class NullStage : IStageWork
    {
        private const int Vocabulary = 4;

        private readonly StepSampler _sampler = new(Vocabulary);

        public int HiddenWidth => 1;

        public int PageCount => Pages;

        public bool Holds(LayerRange layers) => true;

        public bool Fits(LayerRange layers) => true;

        public void Load(LayerRange layers)
        {
        }

        public void Keep(LayerRange layers, LayerRange arriving)
        {
        }

        public void Execute(LayerRange layers, StepBatch batch, Span<float> hidden)
        {
        }

        public StepResult Choose(Step step, ReadOnlySpan<float> hidden) => _sampler.Run(step, new float[step.Batch.LogitRowCount * Vocabulary]);

        public void CopyPage(LayerRange layers, int from, int to)
        {
        }

        public byte[] ReadPage(LayerRange layers, int page) => [];

        public void WritePage(LayerRange layers, int page, ReadOnlySpan<byte> contents)
        {
        }
    }
}
