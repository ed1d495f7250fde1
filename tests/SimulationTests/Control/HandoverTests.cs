using OrleansInference.Models;
using OrleansInference.Serving;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Hosting;
using OrleansInference.Serving.Pages;
using OrleansInference.Serving.Routing;
using OrleansInference.Simulation.Model;

namespace OrleansInference.SimulationTests.Control;

/// <summary>A router that leaves, the next one, a device and a session, with letters carried by hand.</summary>
public sealed class HandoverTests
{
    private const int Session = 7;
    private const int PromptTokens = 40;
    private const int Layers = 2;
    private static readonly DeviceLife Device = new(0, 1);

    private static readonly ServedModel Model = new()
    {
        Id = "model",
        Created = default,
        ContextLength = 256,
        VocabularySize = ToyModel.VocabularySize,
        Tokenizer = null!,
        EndOfSequence = [],
        Fingerprint = "model",
    };

    private static readonly GenerationRequest Request = new()
    {
        RequestId = "request",
        Prompt = Enumerable.Range(0, PromptTokens).Select(static token => token % 9).ToArray(),
        MaxTokens = 60,
        IgnoreEos = true,
        Sampling = new SamplingParameters { Temperature = 0 },
    };

    private readonly CollectingPort _devicePort = new();
    private readonly StageMachine _device;
    private readonly List<int> _committed = [];
    private readonly List<int> _rows = []; // of each step
    private PipelinePlan? _plan;
    private TimeSpan _now;

    public HandoverTests() => _device = new StageMachine(Device, new ToyWork(Layers, 32), _devicePort, new StageOptions());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_next_router_computes_again_only_what_fills_no_page(bool prepared)
    {
        int[] expected = Undisturbed();
        Routing first = Begin(1, null, null);
        Carry(first, until: 30);
        first.Machine.Control.Leave(_now);
        Assert.Null(first.Machine.Control.Handover);
        Carry(first, until: 31); // the step that was under way
        RouterHandover handover = first.Machine.Control.Handover!;
        Assert.Equal(ControlPhase.Stopped, first.Machine.Control.Phase);

        PipelinePlan? next = prepared ? _plan = _plan! with { Epoch = Epochs.After(_plan.Epoch, 2), Router = 2 } : null;
        _rows.Clear();
        Routing second = Begin(2, handover, next);
        Carry(second, until: 60);

        Assert.Equal((PromptTokens + 30) % 16, _rows[0] - 1);
        Assert.All(_rows[1..], static rows => Assert.Equal(1, rows));
        Assert.Equal(expected, _committed);
        Assert.Equal(2, _plan!.Router);
    }

    [Fact]
    public void Without_what_the_router_before_knew_all_is_computed_again()
    {
        int[] expected = Undisturbed();
        Carry(Begin(1, null, null), until: 30);
        _rows.Clear();
        Carry(Begin(2, null, null), until: 60);
        Assert.Equal(PromptTokens + 30, _rows.TakeWhile(static rows => rows > 1).Sum());
        Assert.Equal(expected, _committed);
    }

    [Fact]
    public void A_step_that_does_not_come_back_is_not_waited_for_long()
    {
        int[] expected = Undisturbed();
        Routing first = Begin(1, null, null);
        Carry(first, until: 30);
        _devicePort.Sent.Clear();
        first.Machine.Receive(new TokensCommitted(Session, 0, _committed.Count, FinishReason.None), _now);
        first.Machine.Control.Pump();
        Assert.Equal(1, first.Machine.Router.InFlight);
        first.Machine.Control.Leave(_now);
        Assert.Null(first.Machine.Control.Handover);
        _now += TimeSpan.FromSeconds(1);
        first.Machine.Tick(_now);
        Carry(Begin(2, first.Machine.Control.Handover!, null), until: 60);
        Assert.Equal(expected, _committed);
    }

    [Fact]
    public void A_stage_that_is_lost_meanwhile_is_replaced_and_its_pages_computed_again()
    {
        int[] expected = Undisturbed();
        Routing first = Begin(1, null, null);
        Carry(first, until: 30);
        first.Machine.Control.Leave(_now);
        StageMachine other = new(new DeviceLife(0, 2), new ToyWork(Layers, 32), _devicePort, new StageOptions());
        _rows.Clear();
        Carry(Begin(2, first.Machine.Control.Handover!, null, other.Receive, 2), until: 60);
        Assert.Equal(PromptTokens + 30, _rows.TakeWhile(static rows => rows > 1).Sum());
        Assert.Equal(expected, _committed);
    }

    [Fact]
    public void A_router_without_a_plan_leaves_nothing()
    {
        Routing first = Make(1, _device.Receive);
        first.Machine.Control.Start(_now);
        first.Machine.Control.Leave(_now);
        _now += TimeSpan.FromSeconds(1);
        first.Machine.Tick(_now);
        Assert.Equal(ControlPhase.Stopped, first.Machine.Control.Phase);
        Assert.Null(first.Machine.Control.Handover);
    }

    private static int[] Undisturbed()
    {
        HandoverTests alone = new();
        alone.Carry(alone.Begin(1, null, null), until: 60);
        return [.. alone._committed];
    }

    private Routing Begin(int number, RouterHandover? inherited, PipelinePlan? prepared) => Begin(number, inherited, prepared, _device.Receive, 1);

    private Routing Begin(int number, RouterHandover? inherited, PipelinePlan? prepared, Action<ControlMessage> device, int life)
    {
        Routing routing = Make(number, device);
        routing.Machine.Control.Start(_now, inherited, prepared);
        routing.Machine.Receive(new MembersAre([Device with { Life = life }], []), _now);
        routing.Machine.Receive(new SubmitSequences(Session, Request, [new ChoiceLog([.. _committed], FinishReason.None)]), _now);
        return routing;
    }

    private static Routing Make(int number, Action<ControlMessage> device)
    {
        CollectingPort port = new();
        ServingOptions options = new() { Speculation = false };
        Router router = new(
            options, new RouterLimits(32, 256, 64, 32, 4), new AdmissionControl(options), static tenant => PageRoot.Create("model", string.Empty, []), new EngineCounters(), TimeProvider.System);
        PipelineControl control = new(number, router, new EvenPlanSource(Layers, 1), port, new ControlOptions());
        return new Routing(number, new RouterMachine(router, control, static request => new StopConditions(request, Model, 256), port, TimeSpan.FromSeconds(1)), port, device);
    }

    /// <summary>Carries letters until so many tokens are committed.</summary>
    private void Carry(Routing routing, int until)
    {
        while (_committed.Count < until)
        {
            Assert.NotEmpty(routing.Port.Sent);
            (Address to, ControlMessage message) = routing.Port.Sent[0];
            routing.Port.Sent.RemoveAt(0);
            switch (to.Kind)
            {
                case AddressKind.PlanStore:
                    routing.Machine.Receive(Answer(routing.Number, message), _now);
                    break;
                case AddressKind.Session when message is CommitTokens commit:
                    _committed.AddRange(commit.Tokens.Skip(_committed.Count - commit.Index));
                    routing.Machine.Receive(new TokensCommitted(Session, 0, _committed.Count, FinishReason.None), _now);
                    break;
                case AddressKind.Device:
                    if (message is StepForward step)
                    {
                        _rows.Add(step.Content.Batch.RowCount);
                    }

                    routing.Device(message);
                    break;
            }

            foreach ((Address _, ControlMessage answer) in _devicePort.Sent.ToArray())
            {
                routing.Machine.Receive(answer, _now);
            }

            _devicePort.Sent.Clear();
        }
    }

    private ControlMessage Answer(int router, ControlMessage message)
    {
        if (message is SavePlan save)
        {
            _plan = PlanStore.Save(_plan, save.Plan);
            return new PlanSaved(router, _plan);
        }

        return new PlanRead(router, _plan);
    }

    private sealed record Routing(int Number, RouterMachine Machine, CollectingPort Port, Action<ControlMessage> Device);
}
