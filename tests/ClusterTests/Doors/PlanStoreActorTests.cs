using System.Threading.Channels;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.ClusterTests.Storage;
using OrleansInference.Grains.Messaging;

namespace OrleansInference.ClusterTests.Doors;

/// <summary>Requests to the plan store while it does not answer: one is in hand, repetitions add nothing, the newest counts, and the log has two lines.</summary>
public sealed class PlanStoreActorTests
{
    private readonly StoppedStore _store = new();
    private readonly NotedLog _log = new();
    private readonly Answers _answers = new();
    private readonly PlanStoreActor _actor;

    public PlanStoreActorTests() => _actor = new PlanStoreActor(_store, _answers.Add, _log);

    [Fact]
    public async Task A_request_that_is_repeated_while_the_store_works_asks_it_once()
    {
        SavePlan save = new(Samples.Plan(RouterNumbers.Of(1, 0), 1));
        _actor.Post(save);
        await _store.AskedAsync(1);
        for (int i = 0; i < 100; i++)
        {
            _actor.Post(save);
        }

        _store.Answer();
        await _answers.UntilAsync(1);
        _actor.Post(new ReadPlan(RouterNumbers.Of(1, 0)));
        await _store.AskedAsync(2);
        _store.Answer();
        await _answers.UntilAsync(2);
        Assert.Equal(2, _store.Asked);
        Assert.Equal([typeof(PlanSaved), typeof(PlanRead)], _answers.Messages.Select(static message => message.GetType()));
    }

    [Fact]
    public async Task Of_requests_that_come_while_the_store_works_the_newest_is_asked_next()
    {
        int router = RouterNumbers.Of(2, 0);
        _actor.Post(new ReadPlan(router));
        await _store.AskedAsync(1);
        _actor.Post(new SavePlan(Samples.Plan(router, 5)));
        _actor.Post(new SavePlan(Samples.Plan(router, 6)));
        _actor.Post(new SavePlan(Samples.Plan(RouterNumbers.Of(1, 0), 9))); // of the router before
        _store.Answer();
        await _store.AskedAsync(2);
        _store.Answer();
        await _answers.UntilAsync(2);
        Assert.Equal(6, Assert.IsType<PlanSaved>(_answers.Messages[1]).Plan.Epoch);
        Assert.Equal(2, _store.Asked);
    }

    [Fact]
    public async Task Pipelines_do_not_wait_for_each_other()
    {
        _actor.Post(new ReadPlan(RouterNumbers.Of(1, 0)));
        _actor.Post(new ReadPlan(RouterNumbers.Of(1, 1)));
        await _store.AskedAsync(2);
        _store.Answer();
        _store.Answer();
        await _answers.UntilAsync(2);
    }

    [Fact]
    public async Task An_outage_is_logged_when_it_begins_and_when_it_ends_whatever_comes_meanwhile()
    {
        SavePlan save = new(Samples.Plan(RouterNumbers.Of(1, 0), 1));
        _actor.Post(save);
        for (int failures = 1; failures <= 3; failures++)
        {
            await _store.AskedAsync(failures);
            _actor.Post(save);
            _store.Fail();
        }

        await _store.AskedAsync(4);
        _store.Answer();
        await _answers.UntilAsync(1);
        Assert.Equal(4, _store.Asked);
        string[] lines = _log.Lines(Microsoft.Extensions.Logging.LogLevel.Warning);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("The plan store does not answer", lines[0], StringComparison.Ordinal);
        Assert.Equal("The plan store answers again after 3 failed attempts.", lines[1]);
    }

    [Fact]
    public async Task A_request_that_has_failed_gives_way_to_a_newer_one()
    {
        int router = RouterNumbers.Of(1, 0);
        _actor.Post(new SavePlan(Samples.Plan(router, 1)));
        await _store.AskedAsync(1);
        _actor.Post(new SavePlan(Samples.Plan(router, 2)));
        _store.Fail();
        await _store.AskedAsync(2);
        _store.Answer();
        await _answers.UntilAsync(1);
        Assert.Equal(2, Assert.IsType<PlanSaved>(_answers.Messages[0]).Plan.Epoch);
    }

    private sealed class Answers
    {
        private readonly Channel<bool> _come = Channel.CreateUnbounded<bool>();

        public List<ControlMessage> Messages { get; } = []; // locked by itself

        public void Add(IReadOnlyList<OutboundMessage> messages)
        {
            lock (Messages)
            {
                Messages.AddRange(messages.Select(static message => message.Message));
            }

            _come.Writer.TryWrite(true);
        }

        public async Task UntilAsync(int count)
        {
            while (Messages.Count < count)
            {
                await Samples.WithinAsync(_come.Reader.ReadAsync().AsTask(), $"{count} answers");
            }
        }
    }

    /// <summary>Store that answers when a test requests it.</summary>
    private sealed class StoppedStore : IClusterStore
    {
        private readonly Channel<bool> _asked = Channel.CreateUnbounded<bool>();
        private readonly Queue<TaskCompletionSource> _waiting = []; // locked by itself

        public int Asked { get; private set; }

        public async Task AskedAsync(int times)
        {
            while (Asked < times)
            {
                await Samples.WithinAsync(_asked.Reader.ReadAsync().AsTask(), $"the store to be asked {times} times");
            }
        }

        public void Answer() => Next().SetResult();

        public void Fail() => Next().SetException(new InvalidOperationException("It is away."));

        public async Task<PipelinePlan?> ReadPlanAsync(int pipeline)
        {
            await ComeAsync();
            return null;
        }

        public async Task<PipelinePlan> SavePlanAsync(PipelinePlan plan)
        {
            await ComeAsync();
            return plan;
        }

        public Task<int> NextNodesAsync(int count) => throw new NotSupportedException();

        public Task<int> NextActivationAsync() => throw new NotSupportedException();

        public Task<int> ReserveAsync(int count) => throw new NotSupportedException();

        public Task<DeviceAllocation?> ReadAllocationAsync() => throw new NotSupportedException();

        public Task<DeviceAllocation> SaveAllocationAsync(DeviceAllocation allocation) => throw new NotSupportedException();

        public Task<IReadOnlyList<int>> UnfinishedAsync() => throw new NotSupportedException();

        public Task<SessionRecord?> ReadAsync(int session) => throw new NotSupportedException();

        public void Write(int session, SessionRecord record, Action written) => throw new NotSupportedException();

        private Task ComeAsync()
        {
            TaskCompletionSource come = new(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_waiting)
            {
                _waiting.Enqueue(come);
                Asked++;
            }

            _asked.Writer.TryWrite(true);
            return come.Task;
        }

        private TaskCompletionSource Next()
        {
            lock (_waiting)
            {
                return _waiting.Dequeue();
            }
        }
    }
}
