using System.Threading.Channels;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage;
using OrleansInference.Simulation.Model;

namespace OrleansInference.SimulationTests.Actors;

public sealed class DeviceThreadTests : IControlTransport, IDisposable
{
    private static readonly DeviceLife Self = new(0, 1);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private readonly Channel<ControlMessage> _sent = Channel.CreateUnbounded<ControlMessage>();
    private readonly WarmedWork _work = new() { Room = 2 };
    private readonly DeviceThread _device;

    public DeviceThreadTests()
    {
        _device = new DeviceThread(Self, _work, this, new StageOptions()) { Failed = defect => _sent.Writer.TryComplete(defect) };
        _device.Start();
    }

    [Fact]
    public async Task Layers_that_there_is_no_room_for_are_refused_and_the_thread_goes_on()
    {
        Assert.True((await AskAsync<LayersRefused>(new LoadLayers(1, 1, Self, new LayerRange(0, 3)))).Alone);
        Assert.True((await AskAsync<LayersRefused>(new MapLayers(1, Self, new LayerRange(0, 3)))).Alone);
        Assert.Equal(1, (await AskAsync<LayersLoaded>(new LoadLayers(1, 1, Self, new LayerRange(0, 2)))).Epoch);
    }

    [Fact]
    public async Task What_no_plan_needs_makes_room_for_what_is_loaded_beside_the_steps()
    {
        await AskAsync<LayersMapped>(new MapLayers(1, Self, new LayerRange(0, 2)));
        await AskAsync<LayersLoaded>(new LoadLayers(1, 1, Self, new LayerRange(1, 3)));
        Assert.False(_work.Holds(new LayerRange(0, 1)));
        await AskAsync<LayersLoaded>(new LoadLayers(2, 1, Self, new LayerRange(0, 2)));
    }

    [Fact]
    public async Task The_first_layers_are_warmed_up_once_before_they_are_reported()
    {
        await AskAsync<LayersMapped>(new MapLayers(1, Self, new LayerRange(0, 1)));
        Assert.Equal([new LayerRange(0, 1)], _work.Warmed);
        await AskAsync<LayersLoaded>(new LoadLayers(1, 1, Self, new LayerRange(1, 2)));
        Assert.Single(_work.Warmed);
    }

    [Fact]
    public async Task A_step_goes_before_pages_that_came_earlier()
    {
        LayerRange moving = new(1, 2);
        await AskAsync<Joined>(new JoinPlan(new PipelinePlan(1, 1, [new StageAssignment(Self, new LayerRange(0, 1)), new StageAssignment(StageFixture.Other, moving)]), 0, 1, []));
        await AskAsync<LayersLoaded>(new LoadLayers(2, 1, Self, moving));
        using ManualResetEventSlim busy = new();
        _device.Post(busy.Wait);
        for (int page = 0; page < 3; page++)
        {
            Post(new PageContents(2, StageFixture.Other, moving, page, 1, _work.ReadPage(moving, page)));
        }

        Post(StageFixture.Step(1, 1));
        busy.Set();
        Assert.IsType<StepForward>(await NextAsync());
        for (int page = 0; page < 3; page++)
        {
            Assert.Equal(page, Assert.IsType<PageTaken>(await NextAsync()).Page);
        }
    }

    [Fact]
    public async Task Where_a_plan_was_joined_nothing_is_warmed_up()
    {
        await AskAsync<Joined>(new JoinPlan(new PipelinePlan(1, 1, [new StageAssignment(Self, new LayerRange(0, 1))]), 0, 1, []));
        await AskAsync<LayersLoaded>(new LoadLayers(2, 1, Self, new LayerRange(0, 2)));
        Assert.Empty(_work.Warmed);
    }

    void IControlTransport.Deliver(IReadOnlyList<OutboundMessage> messages)
    {
        foreach (OutboundMessage message in messages)
        {
            _sent.Writer.TryWrite(message.Message);
        }
    }

    public void Dispose() => _device.Dispose();

    private async Task<T> AskAsync<T>(ControlMessage message)
        where T : ControlMessage
    {
        Post(message);
        return Assert.IsType<T>(await NextAsync());
    }

    private void Post(ControlMessage message) => _device.Post(new OutboundMessage(Address.Device(Self.Device), message));

    private Task<ControlMessage> NextAsync() => _sent.Reader.ReadAsync().AsTask().WaitAsync(Timeout);

    private sealed class WarmedWork() : ToyStage(3, 16), IStageWork
    {
        public List<LayerRange> Warmed { get; } = [];

        void IStageWork.WarmUp(LayerRange layers) => Warmed.Add(layers);
    }
}
