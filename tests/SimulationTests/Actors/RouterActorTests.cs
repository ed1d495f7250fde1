using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Router;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.SimulationTests.Actors;

public sealed class RouterActorTests
{
    private const int Number = 3;

    private static readonly ServedModel Model = new()
    {
        Id = "model",
        Created = default,
        ContextLength = 128,
        VocabularySize = 16,
        EndOfSequence = [],
        Fingerprint = "model",
    };

    private readonly CollectingPort _port = new();
    private readonly RouterActor _actor;

    public RouterActorTests()
    {
        ServingOptions options = new();
        Scheduler router = new(
            options, new SchedulerLimits(8, 128, 64, 32, 1), new AdmissionControl(options), static tenant => PageRoot.Create("model", string.Empty, []), new EngineCounters(), TimeProvider.System);
        PlanCoordinator control = new(Number, router, new EvenPlanSource(4, 1), _port, new CoordinatorOptions());
        _actor = new RouterActor(router, control, static request => new StopConditions(request, Model, 128), _port, TimeSpan.FromSeconds(1));
        control.Start(TimeSpan.Zero);
    }

    [Fact]
    public void What_is_submitted_before_the_plan_is_read_is_generated_after_that()
    {
        _actor.Receive(Submit(7), TimeSpan.Zero);
        Assert.Empty(_actor.Sessions);
        _actor.Receive(new PlanRead(Number, null), TimeSpan.Zero);
        Assert.Equal([7], _actor.Sessions.Keys);
    }

    [Fact]
    public void What_is_cancelled_before_the_plan_is_read_is_not_generated()
    {
        _actor.Receive(Submit(7), TimeSpan.Zero);
        _actor.Receive(Submit(8), TimeSpan.Zero);
        _actor.Receive(new CancelSequences(7), TimeSpan.Zero);
        Assert.Equal(7, _port.Take<SequencesCancelled>().Single().Session);
        _actor.Receive(new PlanRead(Number, null), TimeSpan.Zero);
        Assert.Equal([8], _actor.Sessions.Keys);
    }

    private static SubmitSequences Submit(int session) =>
        new(session, new GenerationRequest { RequestId = "request", Prompt = new[] { 1, 2 }, MaxTokens = 4 }, [new ChoiceLog([], FinishReason.None)]);
}
