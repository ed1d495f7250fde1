using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Router;
using OrleansInference.Cluster.Stage;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Simulation.Model;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>Routers, devices, a plan store and one session with a greedy request, with messages carried by hand.</summary>
internal sealed class PipelineFixture
{
    public const int PromptTokens = 40;
    private const int Session = 7;
    private const int Positions = 256;

    private static readonly ServedModel Model = new()
    {
        Id = "model",
        Created = default,
        ContextLength = Positions,
        VocabularySize = ToyModel.VocabularySize,
        EndOfSequence = [],
        Fingerprint = "model",
    };

    private static readonly GenerationRequest Request = new()
    {
        RequestId = "request",
        Prompt = Enumerable.Range(0, PromptTokens).Select(static token => token % 9).ToArray(),
        MaxTokens = 100,
        IgnoreEos = true,
        Sampling = new SamplingParameters { Temperature = 0 },
    };

    private readonly int _layers;
    private readonly int _stages;
    private readonly CollectingPort _answers = new(); // of all devices

    public PipelineFixture(int layers, int stages)
    {
        (_layers, _stages) = (layers, stages);
        for (int device = 0; device < stages; device++)
        {
            Restart(device, 1);
        }
    }

    public TimeSpan Now { get; set; }

    public Dictionary<int, (DeviceLife Life, StageActor Actor)> Devices { get; } = [];

    /// <summary>In force.</summary>
    public PipelinePlan? Plan { get; set; }

    public List<int> Committed { get; } = [];

    /// <summary>Rows of the steps that were sent to the first stage.</summary>
    public List<int> Rows { get; } = [];

    /// <summary>Tokens that are computed again at once.</summary>
    public int ReplayTokens { get; init; } = 512;

    /// <summary>Where the pieces that were computed again begin, in the order in which they were asked for.</summary>
    public List<int> Replayed { get; } = [];

    /// <summary>What becomes of a plan that is to be saved; null where it is saved and said so.</summary>
    public Action<SavePlan>? Saving { get; set; }

    /// <summary>What it says when nothing happens.</summary>
    public static int[] Undisturbed(int layers, int tokens)
    {
        PipelineFixture alone = new(layers, 1);
        alone.Carry(alone.Begin(1), tokens);
        return [.. alone.Committed];
    }

    /// <summary>A device without memory.</summary>
    public void Restart(int device, int life)
    {
        DeviceLife self = new(device, life);
        Devices[device] = (self, new StageActor(self, new ToyStage(_layers, 32), _answers, new StageOptions()));
    }

    public MembershipChanged Members() => new([.. Devices.Values.Select(static device => device.Life)], []);

    public (int Number, RouterActor Actor, CollectingPort Port) Make(int number)
    {
        CollectingPort port = new();
        ServingOptions options = new() { Speculation = false };
        SchedulerLimits limits = new(32, Positions, 64, 32, 4);
        Scheduler router = new(options, limits, new AdmissionControl(options), static _ => PageRoot.Create("model", string.Empty, []), new EngineCounters(), TimeProvider.System);
        PlanCoordinator control = new(number, router, new EvenPlanSource(_layers, _stages), port, new CoordinatorOptions { ReplayTokens = ReplayTokens });
        return (number, new RouterActor(router, control, static request => new StopConditions(request, Model, Positions), port, TimeSpan.FromSeconds(1)), port);
    }

    /// <summary>A router with the devices and the session.</summary>
    public (int Number, RouterActor Actor, CollectingPort Port) Begin(int number, RouterHandover? inherited = null, PipelinePlan? prepared = null)
    {
        var router = Make(number);
        router.Actor.Coordinator.Start(Now, inherited, prepared);
        router.Actor.Receive(Members(), Now);
        router.Actor.Receive(new SubmitSequences(Session, Request, [new ChoiceLog([.. Committed], FinishReason.None)]), Now);
        return router;
    }

    /// <summary>Loses what the devices have to say.</summary>
    public void LoseAnswers() => _answers.Sent.Clear();

    /// <summary>Carries messages until so many tokens are committed; those to devices that are not there are lost.</summary>
    public void Carry((int Number, RouterActor Actor, CollectingPort Port) router, int until)
    {
        while (Committed.Count < until)
        {
            Assert.NotEmpty(router.Port.Sent);
            (Address to, ControlMessage message) = router.Port.Sent[0];
            router.Port.Sent.RemoveAt(0);
            switch (to.Kind)
            {
                case AddressKind.PlanStore when Saving is not null && message is SavePlan save:
                    Saving(save);
                    break;
                case AddressKind.PlanStore:
                    router.Actor.Receive(Store(router.Number, message), Now);
                    break;
                case AddressKind.Session when message is CommitTokens commit:
                    Committed.AddRange(commit.Tokens.Skip(Committed.Count - commit.Index));
                    router.Actor.Receive(new TokensCommitted(Session, 0, Committed.Count, FinishReason.None), Now);
                    break;
                case AddressKind.Device:
                    Rows.AddRange(message is StepForward step ? [step.Step.Batch.RowCount] : []);
                    Replayed.AddRange(message switch { ReplayJournal journal => [journal.Sequence.Start], ReplayForward forward => [forward.Sequence.Start], _ => [] });
                    ToDevice(to.Number, message);
                    break;
            }

            while (_answers.Sent.Count > 0)
            {
                (Address answered, ControlMessage answer) = _answers.Sent[0];
                _answers.Sent.RemoveAt(0);
                if (answered.Kind == AddressKind.Device)
                {
                    ToDevice(answered.Number, answer);
                }
                else
                {
                    router.Actor.Receive(answer, Now);
                }
            }
        }
    }

    private void ToDevice(int device, ControlMessage message)
    {
        if (Devices.TryGetValue(device, out var there))
        {
            there.Actor.Receive(message);
        }
    }

    private ControlMessage Store(int router, ControlMessage message)
    {
        if (message is SavePlan save)
        {
            Plan = PlanStore.Save(Plan, save.Plan);
            return new PlanSaved(router, Plan);
        }

        return new PlanRead(router, Plan);
    }
}
