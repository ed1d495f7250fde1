using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage.Rates;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// A device's stage, as a state machine over messages. It joins plans, computes the steps of the plan in force in their order, copies pages for the next plan,
/// and restores pages after a loss. It belongs to one thread. A step is computed within the call that delivers it.
/// </summary>
public sealed class StageActor
{
    private readonly DeviceLife _self;
    private readonly IStageWork _work;
    private readonly Func<TimeSpan> _clock;
    private readonly ServedPipeline _pipeline;
    private readonly StagePlan _plan;
    private readonly StepSequence _steps = new();
    private readonly SentSteps _sent;
    private readonly StepRunner _runner;
    private readonly StagePages _pages;
    private readonly PageCopies _copies;
    private readonly PreparedLayers _prepared;
    private readonly SequenceReplays _replays;
    private readonly PageInventory _inventory;
    private readonly PageIntegrity _integrity;
    private readonly PageVerification _verification;

    /// <param name="self">The device in this life.</param>
    /// <param name="work">Weights, pages and kernels of the device.</param>
    /// <param name="port">Sends messages.</param>
    /// <param name="options">Limits and intervals.</param>
    /// <param name="clock">The current time for measurements, from any origin; if null, the measured times are zero.</param>
    public StageActor(DeviceLife self, IStageWork work, IControlPort port, StageOptions options, Func<TimeSpan>? clock = null)
    {
        _self = self;
        _work = work;
        _clock = clock ?? (static () => TimeSpan.Zero);
        StageJournals journals = new(options.JournalPages, work.HiddenWidth);
        PageProofs proofs = new(work);
        _pipeline = new ServedPipeline(self, port, options);
        _plan = new StagePlan(self);
        _sent = new SentSteps(port);
        _copies = new PageCopies(self, work, journals, proofs, _steps, _pipeline, port, options, Counters);
        _pages = new StagePages(work, journals, proofs, _copies);
        _runner = new StepRunner(work, _pages, _plan, _clock, Counters);
        _prepared = new PreparedLayers(self, work, _pages, _plan, _pipeline, port, options, Counters);
        _replays = new SequenceReplays(self, work, journals, _pages, _plan, _steps, _pipeline, port, _clock, Counters);
        _inventory = new PageInventory(self, _plan, _steps, _pipeline);
        _integrity = new PageIntegrity(self, work, proofs, _plan, _pipeline, Counters);
        _verification = new PageVerification(work, proofs, _plan, _steps, _pipeline, port, Counters);
    }

    /// <summary>Work of the device since it started.</summary>
    public StageCounters Counters { get; } = new();

    /// <summary>Called with the number of a step whose computation failed.</summary>
    public Action<long, Exception>? StepFailed
    {
        get => _runner.StepFailed;
        set => _runner.StepFailed = value;
    }

    /// <summary>Called after the result of a step with traced requests was sent, with its waiting time and its computing time.</summary>
    internal Action<StepForward, TimeSpan, TimeSpan>? StepTraced { get; set; }

    /// <summary>Derives the device's rate from the steps; null if it is not needed.</summary>
    public DeviceRate? Rate
    {
        get => _runner.Rate;
        init => _runner.Rate = value;
    }

    /// <summary>The pipeline that the device serves; −1 for none. May be read from any thread.</summary>
    public int Pipeline => _pipeline.Number;

    /// <summary>The pipeline's latest router that is known; 0 before the first. May be read from any thread.</summary>
    public int LatestRouter => _pipeline.LatestRouter;

    /// <summary>Epoch of the plan in force here; 0 before the first.</summary>
    public long Epoch => _plan.Epoch;

    /// <summary>The router whose plan is in force here; 0 before the first plan.</summary>
    public int Router => _plan.Router;

    /// <summary>The layers that run here; none before the first plan.</summary>
    public LayerRange Layers => _plan.Layers;

    /// <summary>The last step that was computed.</summary>
    public long LastStep => _steps.Last;

    /// <summary>Whether no page has contents that may be needed: no plan is in force or in preparation, and no page was written.</summary>
    public bool IsUntouched => _plan.Current is null && _prepared.Arrivals is null && _pages.Written.Count == 0;

    public void Receive(ControlMessage message) => Receive(message, _clock());

    /// <param name="message">The message.</param>
    /// <param name="arrived">Time of its arrival, by the clock.</param>
    public void Receive(ControlMessage message, TimeSpan arrived)
    {
        if (_pipeline.IsForeign(message))
        {
            return;
        }

        switch (message)
        {
            case Probe probe: On(probe); break;
            case PageInventoryRequest request: _inventory.On(request); break;
            case JoinPlan join: On(join); break;
            case StepForward step: On(step, arrived); break;
            case JournalRequest request: _replays.On(request); break;
            case ReplayJournal replay: _replays.On(replay); break;
            case ReplayForward replay: _replays.On(replay); break;
            case LoadLayers load: _prepared.On(load); break;
            case MapLayers map: _prepared.On(map); break;
            case CopyPages copy: On(copy); break;
            case PageContents contents: On(contents); break;
            case PageTaken taken: _copies.On(taken); break;
            case FreezePages freeze: _copies.On(freeze); break;
            case VerifyPages verify: _verification.On(verify); break;
            case ServePipeline serve when _pipeline.On(serve): Leave(); break;
            case DeviceReleased released when _pipeline.On(released): Leave(); break;
            case ServePipeline or DeviceReleased: break;
            default: throw new ArgumentException($"A device does not accept {message.GetType().Name}.", nameof(message));
        }
    }

    /// <summary>Repeats unanswered messages, and continues the work that runs between steps.</summary>
    /// <param name="now">The current time, from any origin.</param>
    public void Tick(TimeSpan now)
    {
        _copies.Tick(now);
        _pipeline.Tick(now);
        _verification.Tick();
        _integrity.Tick();
    }

    /// <inheritdoc cref="PreparedLayers.MakeRoom"/>
    internal bool MakeRoom(ControlMessage request) => _prepared.MakeRoom(request);

    /// <inheritdoc cref="PreparedLayers.Refuse(ControlMessage, string)"/>
    public void Refuse(ControlMessage request, string reason) => _prepared.Refuse(request, reason);

    private void On(Probe probe)
    {
        if (_pipeline.Accepts(probe.Router))
        {
            _pipeline.Send(new ProbeReply(probe.Router, _self));
        }
        else
        {
            _pipeline.Refuse(probe.Router);
        }
    }

    private void On(StepForward step, TimeSpan arrived)
    {
        long number = step.Step.Number;
        if (!_plan.Runs || step.Step.Epoch != Epoch)
        {
            return;
        }

        if (_inventory.IsHandedOver)
        {
            _pipeline.Refuse(Router);
            return;
        }

        if (_integrity.HasFailed)
        {
            _integrity.Report();
            return;
        }

        if (number <= LastStep)
        {
            _sent.Resend(number);
            return;
        }

        _steps.Add(step, arrived);
        while (_steps.TryTake(out StepForward? next, out TimeSpan arrivedAt))
        {
            // Pages that the step's sequences take from the cache may be among those that are copied.
            _integrity.Add(_pages.CarryOut(Layers, next.Step.Transfers));
            _steps.OnTransferred();
            if (!_integrity.TryAdopt(next.Step))
            {
                _integrity.Report();
                return;
            }

            Compute(next, arrivedAt);
        }
    }

    private void Compute(StepForward step, TimeSpan arrived)
    {
        TimeSpan begun = _clock();
        if (!_steps.HasBegun)
        {
            Settle();
        }

        _inventory.Update(step);
        ControlMessage result = _runner.Run(step, arrived, begun);
        _sent.Send(step.Step.Number, result is StepForward ? _plan.Next : Address.Router(Pipeline), result);
        _steps.OnComputed();
        _sent.Forget(step.Completed);
        if (step.Traces.Length > 0)
        {
            StepTraced?.Invoke(step, begun - arrived, _clock() - begun);
        }
    }

    /// <summary>Called at the plan's first step: from here on the pages hold only contents of this plan, and no replay is accepted.</summary>
    private void Settle()
    {
        _replays.Clear();
        _plan.Settle();
        _pages.Settle();
        _pages.Keep(Layers, _prepared.Arrivals?.Layers ?? default);
    }

    private void On(JoinPlan join)
    {
        int stage = _plan.StageIn(join.Plan);
        if (!_pipeline.Accepts(join.Plan.Router) || stage < 0)
        {
            _pipeline.Refuse(join.Plan.Router);
            return;
        }

        if ((_plan.Reply is null || join.Plan.Epoch > Epoch) && !TryEnter(join, stage))
        {
            return;
        }

        if (Router == join.Plan.Router)
        {
            _pipeline.Send(_plan.Reply!);
        }
    }

    private bool TryEnter(JoinPlan join, int stage)
    {
        if (!TryLoad(join, join.Plan.Stages[stage].Layers))
        {
            return false;
        }

        bool hasArrived = join.Base != 0 && _prepared.Arrivals?.Epoch == join.Base;
        bool holds = hasArrived || _plan.Holds(join.Base);
        if (hasArrived)
        {
            _pages.Take(_prepared.Arrivals!);
        }

        if (holds)
        {
            CarryOut(join.Dropped);
        }
        else
        {
            _pages.Clear();
        }

        _plan.Enter(join, stage, holds);
        _pages.Enter(join.Plan, Layers);
        Reset(join.FirstStep);
        // A new router relies on its predecessor's record of the pages. Pages that sequences take from the cache are compared then; the others are compared between steps.
        _integrity.Restart(compare: holds && Epochs.RouterOf(join.Base) != join.Plan.Router);
        _plan.Confirm(holds, holds ? _pages.Inventory(Layers) : []);
        return true;
    }

    /// <summary>
    /// Loads the layers of a plan that is saved, or refuses them. If they fit only without the loaded layers, those are released with their pages, because their plan has ended.
    /// </summary>
    private bool TryLoad(JoinPlan join, LayerRange layers)
    {
        string? shortage = _prepared.TryLoad(layers);
        if (shortage is not null && _work.Fits(layers))
        {
            _plan.EnterWithoutStage(join.Plan);
            Clear(join.FirstStep);
            shortage = _prepared.TryLoad(layers);
        }

        if (shortage is not null)
        {
            _prepared.Refuse(join.Plan.Epoch, join.Plan.Router, layers, shortage);
        }

        return shortage is null;
    }

    /// <summary>Carries out the page transfers of dropped steps that did not reach this stage.</summary>
    private void CarryOut(IReadOnlyList<DroppedTransfers> dropped)
    {
        foreach (DroppedTransfers step in dropped)
        {
            if (!_steps.HasTransferred(step.Step))
            {
                _pages.CarryOut(Layers, step.Transfers);
            }
        }
    }

    private void On(CopyPages copy)
    {
        if (_pipeline.Accepts(copy.Router) && _plan.Runs && copy.Serving == Epoch)
        {
            _copies.On(copy, _pages.Written);
        }
    }

    private void On(PageContents contents)
    {
        if (_prepared.Arrivals is not { } arrivals || arrivals.Epoch != contents.Epoch || contents.Epoch <= Epoch)
        {
            return;
        }

        if (_plan.HoldsContents && contents.Layers.Overlaps(Layers))
        {
            // In the plan in force another device has these layers. The plan of this device has therefore ended, and its pages are overwritten from here on.
            _plan.ForgetContents();
            _pages.Forget();
            ResetPages();
        }

        if (arrivals.Take(contents))
        {
            _pages.OnArrived(contents.Page);
        }
    }

    private void Leave()
    {
        _plan.Leave(_pipeline.Leave(Epoch));
        Clear(firstStep: 1);
    }

    /// <summary>Releases all layers and pages.</summary>
    private void Clear(long firstStep)
    {
        _prepared.ClearSpare();
        _pages.Clear();
        Reset(firstStep);
        _pages.Keep(default, default);
    }

    private void Reset(long firstStep)
    {
        _steps.Reset(firstStep);
        _sent.Reset(firstStep);
        _replays.Clear();
        _prepared.ClearArrivals();
        ResetPages();
    }

    private void ResetPages()
    {
        _copies.Clear();
        _inventory.Clear();
        _integrity.Clear();
        _verification.Clear();
    }
}
