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
/// A router takes a session, one of its two stages moves to another device, and another router goes on, over stages that compute nothing; all messages pass through their wire form. A node does
/// so once when it has started, so that the code is compiled when the router or a stage comes to it and streams wait.
/// </summary>
internal sealed class PipelineWarmUp : IControlPort
{
    private const int Pages = 16;
    private const int Prompt = 20;
    private const int Generated = 40;
    private const int Stages = 2;
    private const int Turns = 1000; // by far more than it takes

    private static readonly DeviceLife[] Devices = [new(1, 1), new(2, 1), new(3, 1)]; // the last takes the first one's place
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(10);

    private readonly Queue<OutboundMessage> _messages = new();
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly RouterSetup _setup;
    private readonly StageActor[] _stages;
    private readonly SessionActor _session;
    private RouterActor _router;
    private PipelinePlan? _plan;
    private long? _writing;
    private TimeSpan _now;

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
        _router = Create(1);
    }

    /// <summary>Pages that the second router found as the first one had left them.</summary>
    public int InheritedPages => _router.Coordinator.InheritedPages;

    /// <summary>Times that a stage moved while the first router served.</summary>
    public long Migrations { get; private set; }

    private int Tokens => _session.Choices == 0 ? 0 : _session.Log(0).Length;

    /// <returns>How many tokens were generated: all, if nothing is wrong.</returns>
    public int Run()
    {
        GenerationRequest request = new() { RequestId = "rehearsal", Prompt = new int[Prompt], MaxTokens = Generated, IgnoreEos = true, Sampling = new SamplingParameters { Seed = 1 } };
        Begin(null, null, Devices[..Stages]);
        Send(Address.Session(1), new AttachStream(1, 1, 1, request, [0]));
        Go(() => Tokens >= Generated / 4);
        Send(Address.Router(0), new MembershipChanged(Devices, []));
        Send(Address.Router(0), new DrainDevice(Devices[0]));
        Go(() => _router.Coordinator.Migrations > 0);
        Go(() => Tokens >= Generated / 2);
        Migrations = _router.Coordinator.Migrations;
        _router.Coordinator.Leave(_now);
        Go(() => _router.Coordinator.Phase == PlanPhase.Stopped);
        if (_router.Coordinator.Handover is { } handover && _plan is not null)
        {
            _messages.Clear();
            _router = Create(2);
            Begin(Carry(handover, ControlCodec.WriteHandover, ControlCodec.ReadHandover), _plan = _plan.Again(_router.Coordinator.Self), Devices[1..]);
            _session.RouterIsNew(0, _now);
            Go(() => Tokens == Generated);
        }

        return Tokens;
    }

    public void Send(Address to, ControlMessage message) => _messages.Enqueue(new OutboundMessage(to, Carry(message, ControlCodec.Write, ControlCodec.Read)));

    private void Write(int session, long version, SessionRecord record)
    {
        _bytes.ResetWrittenCount();
        ControlCodec.WriteRecord(_bytes, record);
        _writing = version;
    }

    private RouterActor Create(int number) => _setup.Create(number, this, () => _now);

    private void Begin(RouterHandover? inherited, PipelinePlan? prepared, DeviceLife[] members)
    {
        _router.Coordinator.Start(_now, inherited, prepared);
        Send(Address.Router(0), new MembershipChanged(members, []));
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
            case AddressKind.Device: _stages[message.To.Number - 1].Receive(message.Message); break;
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
        private readonly Step _step = new(0);

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

        public StepResult Choose(StepContent content, ReadOnlySpan<float> hidden)
        {
            content.Fill(_step);
            _sampler.Run(_step, new float[content.Batch.LogitRowCount * Vocabulary]);
            return new StepResult(_step.Rows.ToArray(), [.. _step.Failures]);
        }

        public void CopyPage(LayerRange layers, int from, int to)
        {
        }

        public byte[] ReadPage(LayerRange layers, int page) => [];

        public void WritePage(LayerRange layers, int page, ReadOnlySpan<byte> contents)
        {
        }
    }
}
