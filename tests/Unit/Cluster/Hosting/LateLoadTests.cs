using System.Threading.Channels;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Engine.Steps;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Unit.Models.Checkpoints;

namespace OrleansInference.Unit.Cluster.Hosting;

/// <summary>
/// A live migration moves a layer to a device that has just started: real model, real device threads, the messages of a router. The loading thread reports the end of its load
/// early, or late because it lost its core; what is computed afterwards must not depend on that.
/// </summary>
public sealed class LateLoadTests : IControlTransport, IDisposable
{
    private const int PromptTokens = 20;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly DeviceLife Source = new(1, 1);
    private static readonly DeviceLife Target = new(2, 1);
    private static readonly LayerRange All = new(0, 2);
    private static readonly LayerRange Kept = new(0, 1);
    private static readonly LayerRange Moved = new(1, 2);

    private readonly TinyCheckpoint _files = new();
    private readonly Checkpoint _checkpoint;
    private readonly Channel<ControlMessage> _router = Channel.CreateUnbounded<ControlMessage>();
    private readonly DeviceThread[] _devices;
    private readonly LateWork _late;

    public LateLoadTests()
    {
        _checkpoint = Checkpoint.Open(_files.Directory);
        _late = new LateWork(Work());
        _devices = [new DeviceThread(Source, Work(), this, new StageOptions()), new DeviceThread(Target, _late, this, new StageOptions())];
        foreach (DeviceThread device in _devices)
        {
            device.Failed = defect => _router.Writer.TryComplete(defect);
            device.Start();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_that_have_arrived_are_what_steps_compute_with(bool late)
    {
        PipelinePlan before = new(1, 1, [new StageAssignment(Source, All)]);
        PipelinePlan after = new(2, 1, [new StageAssignment(Source, Kept), new StageAssignment(Target, Moved)]);

        // One device serves.
        await AskAsync<Joined>(Source, new JoinPlan(before, 0, 1, []));
        await AskAsync<StepDone>(Source, Step(1, 1, [.. Enumerable.Range(1, PromptTokens)], 0));

        // Another one joins. The router asks it to load a layer, and repeats the request while it is not answered.
        await AskAsync<LayersLoaded>(Source, new LoadLayers(2, 1, Source, Kept));
        LoadLayers load = new(2, 1, Target, Moved);
        Post(Target, load);
        Assert.True(_late.Loaded.Wait(Timeout));
        if (!late)
        {
            _late.Return.Set();
            await NextAsync<LayersLoaded>();
        }

        Post(Target, load);
        await WaitForAsync(Target);
        bool answered = _router.Reader.TryRead(out ControlMessage? answer);
        if (!answered)
        {
            _late.Return.Set();
            answer = await NextAsync<LayersLoaded>();
        }

        Assert.IsType<LayersLoaded>(answer);

        // An answer invites pages, whether or not the load was reported by then.
        Post(Source, new CopyPages(2, 1, 1, [new PageMove(Moved, Target)]));
        await NextAsync<PagesCopied>();
        Post(Source, new FreezePages(2, 1));
        Assert.True((await NextAsync<PagesCopied>()).Final);
        if (late && answered)
        {
            _late.Return.Set();
            await NextAsync<LayersLoaded>();
        }

        // The plan comes into force, and both devices report that they hold the pages.
        Assert.True((await AskAsync<Joined>(Source, new JoinPlan(after, 2, 2, []))).HoldsBase);
        Assert.True((await AskAsync<Joined>(Target, new JoinPlan(after, 2, 2, []))).HoldsBase);
        SampledRow got = Assert.Single((await AskAsync<StepDone>(Source, Step(2, 2, [7], PromptTokens))).Result.Rows);

        SampledRow expected = Undisturbed();
        Assert.Equal((expected.Token, expected.LogProb), (got.Token, got.LogProb));
    }

    [Fact]
    public async Task Layers_that_were_loaded_before_a_plan_are_reported_when_their_warm_up_is_over_and_not_earlier()
    {
        _devices[1].Expect(Moved);
        Assert.True(_late.Loaded.Wait(Timeout));

        // They are usable, and the device's thread does not know it yet.
        LoadLayers load = new(1, 1, Target, Moved);
        Post(Target, load);
        Post(Target, load);
        await WaitForAsync(Target);
        Assert.False(_router.Reader.TryRead(out _));
        Assert.Equal(0, _late.WarmUps);
        _late.Return.Set();
        await NextAsync<LayersLoaded>();
        await WaitForAsync(Target);
        Assert.False(_router.Reader.TryRead(out _));
        Assert.Equal(1, _late.WarmUps);

        // Later nothing is expected: what is loaded is the plan's.
        int loads = _late.Loads;
        _devices[1].Expect(All);
        await WaitForAsync(Target);
        Assert.Equal(loads, _late.Loads);
    }

    void IControlTransport.Deliver(IReadOnlyList<OutboundMessage> messages)
    {
        foreach (OutboundMessage message in messages)
        {
            if (message.To.Kind == AddressKind.Device)
            {
                _devices[message.To.Number - 1].Post(message);
            }
            else
            {
                _router.Writer.TryWrite(message.Message);
            }
        }
    }

    public void Dispose()
    {
        _late.Return.Set();
        Array.ForEach(_devices, static device => device.Dispose());
        _checkpoint.Dispose();
        _files.Dispose();
    }

    private ModelWork Work() => new(new DeviceModel(_checkpoint, new ComputeOptions { Threads = 1, MaxStepTokens = 64, KvBytes = 1 << 20, PackedFolder = "" }));

    /// <summary>The same two steps on one device that nothing happens to.</summary>
    private SampledRow Undisturbed()
    {
        using ModelWork work = Work();
        work.Load(All);
        StepResult result = new([], []);
        foreach (StepForward step in (StepForward[])[Step(1, 1, [.. Enumerable.Range(1, PromptTokens)], 0), Step(1, 2, [7], PromptTokens)])
        {
            float[] hidden = new float[step.Step.Batch.RowCount * work.HiddenWidth];
            work.Execute(All, step.Step.Batch, hidden);
            result = work.Choose(step.Step, hidden);
        }

        return result.Rows.Single();
    }

    private static StepForward Step(long epoch, long number, int[] tokens, int start)
    {
        SliceOutput output = new(new SequenceSampling(new SamplingParameters { LogProbs = 0 }, 0, 0, 0, [], null)) { LogProbs = 0 };
        Step step = new();
        step.Clear(epoch, number);
        step.Add(tokens, start, [0, 1], output);
        return new StepForward(step, [], number - 1);
    }

    private Task<T> AskAsync<T>(DeviceLife device, ControlMessage message)
        where T : ControlMessage
    {
        Post(device, message);
        return NextAsync<T>();
    }

    /// <summary>Until the device has received what was posted before.</summary>
    private Task WaitForAsync(DeviceLife device)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _devices[device.Device - 1].Post(done.SetResult);
        return done.Task.WaitAsync(Timeout);
    }

    private void Post(DeviceLife device, ControlMessage message) => _devices[device.Device - 1].Post(new OutboundMessage(Address.Device(device.Device), message));

    private async Task<T> NextAsync<T>()
        where T : ControlMessage => Assert.IsType<T>(await _router.Reader.ReadAsync().AsTask().WaitAsync(Timeout));

    /// <summary>Work whose first load is done and not reported until <see cref="Return"/> is set: the loading thread has lost its core.</summary>
    private sealed class LateWork(ModelWork work) : IStageWork, IDisposable
    {
        private int _loads;
        private int _warmUps;

        public int Loads => Volatile.Read(ref _loads);

        public int WarmUps => Volatile.Read(ref _warmUps);

        public ManualResetEventSlim Loaded { get; } = new();

        public ManualResetEventSlim Return { get; } = new();

        public int HiddenWidth => work.HiddenWidth;

        public int PageCount => work.PageCount;

        public bool Holds(LayerRange layers) => work.Holds(layers);

        public bool Fits(LayerRange layers) => work.Fits(layers);

        public void Load(LayerRange layers)
        {
            work.Load(layers);
            if (Interlocked.Increment(ref _loads) == 1)
            {
                Loaded.Set();
                Return.Wait();
            }
        }

        public void WarmUp(LayerRange layers)
        {
            Interlocked.Increment(ref _warmUps);
            work.WarmUp(layers);
        }

        public void Keep(LayerRange layers, LayerRange arriving) => work.Keep(layers, arriving);

        public void Execute(LayerRange layers, StepBatch batch, Span<float> hidden) => work.Execute(layers, batch, hidden);

        public StepResult Choose(Step step, ReadOnlySpan<float> hidden) => work.Choose(step, hidden);

        public void CopyPage(LayerRange layers, int from, int to) => work.CopyPage(layers, from, to);

        public byte[] ReadPage(LayerRange layers, int page) => work.ReadPage(layers, page);

        public void WritePage(LayerRange layers, int page, ReadOnlySpan<byte> contents) => work.WritePage(layers, page, contents);

        public void Dispose() => work.Dispose();
    }
}
