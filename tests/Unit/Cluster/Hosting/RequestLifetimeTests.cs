using OrleansInference.Cluster.Hosting;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Unit.Cluster.Hosting;

public sealed class RequestLifetimeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_full_queue_refuses_with_the_time_to_wait()
    {
        await using Held held = new(new() { MaxWaitingRequests = 2 });
        IGeneration[] taken = [await held.Start(), await held.Start()];
        held.Until(figures => figures is { Running: 1, Waiting: 2 });
        IGeneration refused = await held.Start();
        InferenceException error = await Assert.ThrowsAsync<InferenceException>(() => ServiceFixture.Read(refused));
        Assert.Equal(ErrorCode.Overloaded, error.Code);
        Assert.True(error.RetryAfter >= TimeSpan.FromSeconds(1));
        Assert.Equal((1, 2), (held.Service.Status.Figures.Running, held.Service.Status.Figures.Waiting));
        held.Release();
        Assert.All(await Task.WhenAll(taken.Select(ServiceFixture.Read)), events => Assert.NotEmpty(events));
    }

    [Fact]
    public async Task An_abandoned_request_stops_at_the_next_step_and_an_abandoned_waiting_one_frees_its_place()
    {
        await using Held held = new(new() { MaxWaitingRequests = 1 });
        IGeneration waiting = await held.Start();
        held.Until(figures => figures.Waiting == 1);
        await waiting.DisposeAsync();
        await held.First.DisposeAsync();
        held.Until(figures => figures is { Running: 0, Waiting: 0 });
        held.Release();
        Assert.Empty(await ServiceFixture.Read(waiting));
        Assert.Empty(await ServiceFixture.Read(held.First));
        held.Until(figures => figures.PagesInUse == 0);
        Assert.Equal(1, held.Executor.Steps);
    }

    [Fact]
    public async Task A_stopped_choice_gives_no_further_event_and_the_others_go_on()
    {
        await using Held held = new(request: ServiceFixture.Request() with { Choices = 3, IgnoreEos = true });
        held.First.Stop(0, 1);
        held.First.Stop(1, 1);
        held.Release();
        List<TokenEvent> events = await ServiceFixture.Read(held.First);
        Assert.All(events, token => Assert.Equal(2, token.Choice));
        Assert.Equal(ServiceFixture.Expected(ServiceFixture.Request() with { IgnoreEos = true }, 2), events.Select(token => token.Token));
    }

    [Fact]
    public async Task A_request_whose_choices_are_all_stopped_ends()
    {
        await using Held held = new(request: ServiceFixture.Request() with { Choices = 2 });
        held.First.Stop(0, 1);
        held.First.Stop(1, 1);
        held.Until(figures => figures is { Running: 0, Waiting: 0 }); // the second choice waits for the first one's prompt
        held.Release();
        Assert.Empty(await ServiceFixture.Read(held.First));
        Assert.Equal(1, held.Executor.Steps);
    }

    [Fact]
    public async Task A_deadline_ends_running_and_waiting_requests_as_cancelled()
    {
        ManualTime time = new();
        GenerationRequest request = ServiceFixture.Request() with { Timeout = TimeSpan.FromSeconds(5), Choices = 2 };
        await using Held held = new(time: time, request: request);
        IGeneration waiting = await held.Start();
        held.Until(figures => figures.Waiting == 3);
        time.Advance(TimeSpan.FromSeconds(6));
        held.Release();
        foreach (IGeneration generation in new[] { held.First, waiting })
        {
            List<TokenEvent> events = await ServiceFixture.Read(generation);
            Assert.Equal([0, 1], events.Where(token => token is { Token: -1, Finish: FinishReason.Cancelled }).Select(token => token.Choice));
        }
    }

    [Fact]
    public async Task Higher_priority_goes_first_and_equals_in_the_order_of_arrival()
    {
        await using Held held = new(new() { MaxRunningSequences = 1 });
        List<int> order = [];
        held.Executor.Before = batch => order.AddRange(batch.Slices[0].Start == 0 ? [batch.Tokens[0]] : []);
        List<IGeneration> all = [];
        foreach ((int token, int priority) in ((int, int)[])[(11, 0), (12, 5), (13, 0), (14, 5)])
        {
            all.Add(await held.Start(token, priority));
            held.Until(figures => figures.Waiting == all.Count);
        }

        held.Release();
        await Task.WhenAll(all.Select(ServiceFixture.Read));
        Assert.Equal([12, 14, 11, 13], order);
    }

    [Fact]
    public async Task Stopping_ends_running_and_waiting_requests_and_refuses_new_ones()
    {
        await using Held held = new();
        IGeneration waiting = await held.Start();
        held.Until(figures => figures.Waiting == 1);
        Task disposal = held.Node.DisposeAsync().AsTask();
        foreach (IGeneration generation in new[] { held.First, waiting })
        {
            // Before the step is released: the requests would be over in a few milliseconds.
            Assert.Equal(ErrorCode.Unavailable, (await Assert.ThrowsAsync<InferenceException>(() => ServiceFixture.Read(generation).WaitAsync(Limit))).Code);
        }

        held.Release();
        await disposal.WaitAsync(Limit);
        Assert.Equal(ErrorCode.Unavailable, (await Assert.ThrowsAsync<InferenceException>(held.Start)).Code);
        Assert.True(held.Executor.Disposed);
        Assert.False(held.Service.Status.Ready);
    }

    private sealed class Held : IAsyncDisposable
    {
        private readonly ServiceFixture _fixture;
        private readonly ManualResetEventSlim _gate = new();
        private readonly GenerationRequest _request;

        public Held(ServingOptions? options = null, TimeProvider? time = null, GenerationRequest? request = null)
        {
            _fixture = new(options, time);
            _request = request ?? ServiceFixture.Request();
            using ManualResetEventSlim entered = new();
            Executor.Before = _ =>
            {
                if (!_gate.IsSet)
                {
                    entered.Set();
                    Assert.True(_gate.Wait(Limit), "the test never released the first step");
                }
            };
            First = Start().Result;
            Assert.True(entered.Wait(Limit), "the first step never began");
        }

        public IGeneration First { get; }

        public HashModel Executor => _fixture.Executor;

        public LocalNode Node => _fixture.Node;

        public IInferenceService Service => _fixture.Service;

        public void Until(Func<EngineFigures, bool> holds) => _fixture.Until(holds);

        public Task<IGeneration> Start() => Service.StartAsync(_request, default).AsTask();

        public Task<IGeneration> Start(int firstToken, int priority) =>
            Service.StartAsync(_request with { Prompt = new[] { firstToken }, Priority = priority }, default).AsTask();

        public void Release() => _gate.Set();

        public async ValueTask DisposeAsync()
        {
            Release();
            await _fixture.DisposeAsync();
            _gate.Dispose();
        }
    }
}
