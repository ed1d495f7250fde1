using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage.Rates;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// A device's part of the control, as a machine over messages: which plan holds, its steps in their order and each once, its pages on the move, its journal.
/// It belongs to one thread; computing happens inside the call that brings the step.
/// </summary>
internal sealed partial class StageActor
{
    private readonly DeviceLife _self;
    private readonly IStageWork _work;
    private readonly IControlPort _port;
    private readonly StageOptions _options;
    private readonly Func<TimeSpan> _clock;
    private readonly StageJournals _journals;
    private readonly PageProofs _proofs;
    private readonly HashSet<int> _written = []; // pages with contents of the plan in force
    private readonly HashSet<long> _held = []; // epochs whose page contents are here
    private long _lacking; // the epoch among them whose contents were moved here and did not arrive, until they have been brought back
    private PipelinePlan? _plan;
    private JoinPlan? _join;
    private Joined? _joined;
    private int _stage = -1;
    private int _latest; // the latest router of the pipeline that was heard of: what an earlier one prepares comes to nothing
    private long _leftEpoch; // that held here when the device left the pipeline, where it has come back to it
    private TimeSpan _now;

    /// <param name="self">The device in this life.</param>
    /// <param name="work">Computes.</param>
    /// <param name="port">The way out.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="clock">The time since some beginning, for measuring alone; without it steps take no time.</param>
    public StageActor(DeviceLife self, IStageWork work, IControlPort port, StageOptions options, Func<TimeSpan>? clock = null)
    {
        _self = self;
        _work = work;
        _port = port;
        _options = options;
        _clock = clock ?? (static () => TimeSpan.Zero);
        _journals = NewJournals();
        _proofs = new PageProofs(work);
        _compared = work.PageCount;
        _pipeline = options.Pipeline;
    }

    /// <summary>Epoch of the plan in force here; 0 before the first.</summary>
    public long Epoch => _plan?.Epoch ?? _leftEpoch;

    /// <summary>What was done here.</summary>
    public StageCounters Counters { get; } = new();

    /// <summary>Told of a step whose computing failed, by its number.</summary>
    public Action<long, Exception>? StepFailed { get; set; }

    /// <summary>Learns from the steps that are computed here; null where nobody asks.</summary>
    public DeviceRate? Rate { get; init; }

    /// <summary>The latest router of the pipeline that was heard of; 0 before the first. May be read from any thread.</summary>
    public int LatestRouter => Volatile.Read(ref _latest);

    /// <summary>The router whose plan holds here; 0 before the first plan.</summary>
    public int Router => _plan?.Router ?? 0;

    /// <summary>The layers that run here; none before the first plan.</summary>
    public LayerRange Layers => _stage < 0 ? default : _plan!.Stages[_stage].Layers;

    /// <summary>Whether no page can have contents that anybody needs: no plan holds, none is prepared, and nothing was written.</summary>
    public bool IsUntouched => _plan is null && _stage < 0 && _arrivals is null && _written.Count == 0;

    // Not once pages of a later plan have been written over those of the one that it knows: a late step, replay or verification of that one would write over them in turn.
    private bool Runs => _stage >= 0 && _held.Count > 0;

    private bool IsLast => Layers.End == _plan!.Layers;

    public void Receive(ControlMessage message) => Receive(message, _clock());

    /// <param name="message">What came.</param>
    /// <param name="arrived">When it came, by the clock.</param>
    public void Receive(ControlMessage message, TimeSpan arrived)
    {
        if (IsForeign(message))
        {
            return;
        }

        switch (message)
        {
            case Probe probe: Answer(probe); break;
            case PageInventoryRequest ask: Answer(ask); break;
            case JoinPlan join: Join(join); break;
            case StepForward step: Take(step, arrived); break;
            case JournalRequest ask: Answer(ask); break;
            case ReplayJournal replay: Replay(replay); break;
            case ReplayForward replay: Replay(replay); break;
            case LoadLayers load: Load(load); break;
            case MapLayers map: Map(map); break;
            case CopyPages copy: Copy(copy); break;
            case PageContents contents: Arrive(contents); break;
            case PageTaken taken: Taken(taken); break;
            case FreezePages freeze: Freeze(freeze); break;
            case VerifyPages verify: Take(verify); break;
            case ServePipeline serve: Take(serve); break;
            case DeviceReleased released: Take(released); break;
            default: throw new ArgumentException($"A device takes no {message.GetType().Name}.", nameof(message));
        }
    }

    /// <summary>Repeats what was not answered.</summary>
    /// <param name="now">The time since some beginning.</param>
    public void Tick(TimeSpan now)
    {
        _now = now;
        AdvanceCopies();
        AskToLeave();
        VerifyNext();
        CompareFurther();
    }

    private void Answer(Probe probe)
    {
        if (!Listens(probe.Router))
        {
            Refuse(probe.Router);
        }
        else
        {
            _port.Send(OwnRouter, new ProbeReply(probe.Router, _self));
        }
    }

    private void Join(JoinPlan join)
    {
        int stage = join.Plan.StageOf(_self.Device);
        if (!Listens(join.Plan.Router) || join.Plan.Epoch < Epoch || (_plan is null && join.Plan.Epoch == Epoch) || stage < 0 || join.Plan.Stages[stage].Device != _self)
        {
            Refuse(join.Plan.Router);
            return;
        }

        if ((_joined is null || join.Plan.Epoch > Epoch) && !TryEnter(join, stage))
        {
            return;
        }

        if (_plan!.Router == join.Plan.Router)
        {
            _port.Send(OwnRouter, _joined!);
        }
    }

    private bool TryEnter(JoinPlan join, int stage)
    {
        if (!TryLoad(join, join.Plan.Stages[stage].Layers))
        {
            return false;
        }

        bool arrived = join.Base != 0 && _arrivals?.Epoch == join.Base;
        bool holds = arrived || (join.Base != 0 && join.Base != _lacking && _held.Contains(join.Base));
        if (arrived)
        {
            _journals.Take(_arrivals!.Journals);
            foreach (PageProofs arrivals in _arrivals.Proofs)
            {
                _proofs.Take(arrivals);
            }
        }

        if (holds)
        {
            CarryOut(join.Dropped);
            _held.Add(join.Base);
        }
        else
        {
            ForgetHeld();
            _written.Clear();
            _lacking = join.Base == join.Plan.Epoch ? join.Base : 0; // a migration's plan is its own base
        }

        _held.Add(join.Plan.Epoch);
        _plan = join.Plan;
        _join = join;
        _stage = stage;
        _journals.Enter(_plan, Layers);
        ResetSteps(join.FirstStep);
        ResetReplays();
        ResetCopies();
        ResetPages();
        ResetVerification();
        // Another router trusts what this one's predecessor knew: sequences compare the pages that they go on from before they do, and the rest follows.
        _compared = holds && Epochs.RouterOf(join.Base) != join.Plan.Router ? 0 : _work.PageCount;
        _joined = new Joined(Epoch, _self, holds) { Pages = holds ? _proofs.Inventory(Layers) : [] };
        return true;
    }

    /// <summary>The page contents of no plan are here any more.</summary>
    private void ForgetHeld()
    {
        _held.Clear();
        _lacking = 0;
        _journals.Clear();
        _proofs.Clear();
    }

    private StageJournals NewJournals() => new(_options.JournalPages, _work.HiddenWidth);

    private bool Listens(int router)
    {
        _latest = Math.Max(_latest, router);
        return router == _latest;
    }

    private void Refuse(int router) => _port.Send(OwnRouter, new Refused(router, _self, _latest));

    /// <summary>From now on only these layers and their pages are needed.</summary>
    private void Keep(LayerRange layers, LayerRange arriving)
    {
        _work.Keep(layers, arriving);
        _proofs.Keep(layers, arriving);
    }

    private void NoteWritten(int page)
    {
        _written.Add(page);
        foreach (PageCopy copy in _copies)
        {
            copy.Written(page);
        }
    }
}
