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
/// A router takes a session, one of its three stages moves to another device, and another router goes on, over stages that compute nothing; then the router is lost twice, each time together with a stage, so that the next one
/// asks what is in the pages and brings them back: from a journal, and by a prefix replay. All messages pass through their wire form. A node does so once when it has started, so that the code is compiled when the router or a
/// stage comes to it and streams wait.
/// </summary>
public sealed class PipelineWarmUp : IControlPort
{
    private const int Pages = 16;
    private const int Prompt = 20;
    private const int Generated = 50;
    private const int Between = 10; // tokens from one change to the next
    private const int Stages = 3;
    private const int Turns = 1000; // by far more than it takes

    private static readonly DeviceLife[] Devices = [new(1, 1), new(2, 1), new(3, 1), new(4, 1)]; // the last takes the first one's place
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

    /// <param name="model">That the node serves.</param>
    /// <param name="serving">Its bounds.</param>
    /// <param name="control">Times of its routers.</param>
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

    /// <summary>Of the routers after the first, the pages that each found as the one before had left them.</summary>
    public List<int> InheritedPages { get; } = [];

    /// <summary>Times that a stage moved while the first router served.</summary>
    public long Migrations { get; private set; }

    /// <summary>Contexts that the routers after a loss brought back, by <see cref="RecoveryStrategy"/>.</summary>
    public long[] Recovered { get; } = new long[3];

    private int Tokens => _session.Choices == 0 ? 0 : _session.Log(0).Length;

    /// <returns>How many tokens were generated: all, if nothing is wrong.</returns>
    public int Run()
    {
        GenerationRequest request = new() { RequestId = "warm-up", Prompt = new int[Prompt], MaxTokens = Generated, IgnoreEos = true, Sampling = new SamplingParameters { Seed = 1 } };
        Begin(null, null, Devices[..Stages]);
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
        Go(() => _router.Coordinator.Migrations > 0);
        Migrations = _router.Coordinator.Migrations;
        _lost.Add(Devices[0]);
    }

    private void HandOver()
    {
        _router.Coordinator.Leave(_now);
        Go(() => _router.Coordinator.Phase == PlanPhase.Stopped);
        if (_router.Coordinator.Handover is { } handover && _plan is not null)
        {
            GoOn(router => (Carry(handover, ControlCodec.WriteHandover, ControlCodec.ReadHandover), _plan = _plan.Again(router)));
        }
    }

    /// <summary>A device is lost, and the router with it.</summary>
    private void Lose(DeviceLife device)
    {
        _lost.Add(device);
        GoOn(static _ => default);
    }

    /// <summary>The next router takes the place of the one before.</summary>
    /// <param name="left">By its number: what the one before has left to it.</param>
    private void GoOn(Func<int, (RouterHandover? Inherited, PipelinePlan? Prepared)> left)
    {
        _messages.Clear();
        _router = Create();
        (RouterHandover? inherited, PipelinePlan? prepared) = left(_router.Coordinator.Self);
        Begin(inherited, prepared, [.. Devices.Except(_lost)]);
        _session.RouterIsNew(0, _now);
        Go(() => _router.Coordinator.Phase == PlanPhase.Serving);
        InheritedPages.Add(_router.Coordinator.InheritedPages);
        for (int rung = 0; rung < Recovered.Length; rung++)
        {
            Recovered[rung] += _router.Coordinator.Recovered[rung];
        }
    }

    private RouterActor Create() => _setup.Create(++_routers, this, () => _now);

    private void Begin(RouterHandover? inherited, PipelinePlan? prepared, DeviceLife[] members)
    {
        _router.Coordinator.Start(_now, inherited, prepared);
        Send(Address.Router(0), new MembershipChanged(members, []));
    }

    private void Generate()
    {
        int wanted = Math.Min(Tokens + Between, Generated);
        Go(() => Tokens >= wanted);
    }

    private void Go(Func<bool> until)
    {
        for (int turn = 0; turn < Turns && !until(); turn++)
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

    /// <summary>Computes nothing; every token is as likely as any other.</summary>
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
