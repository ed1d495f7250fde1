using Orleans.Concurrency;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Grains.Directory;

/// <summary>What the router says of itself.</summary>
[GenerateSerializer, Immutable, Alias("inference.router-summary")]
internal sealed record RouterSummary
{
    public static readonly RouterSummary None = new();

    /// <summary>Stages as the control knows them.</summary>
    public IReadOnlyList<StageAssignment> Assignments => [.. Stages.Select(static stage => new StageAssignment(new DeviceLife(stage.Device, 1), new LayerRange(stage.FirstLayer, stage.EndLayer)))];

    /// <summary>Which activation; 0 before the first.</summary>
    [Id(0)]
    public int Number { get; init; }

    /// <summary>Name of the node that it is active on.</summary>
    [Id(20)]
    public string Node { get; init; } = string.Empty;

    [Id(1)]
    public string Phase { get; init; } = "none";

    /// <summary>Whether requests are served now.</summary>
    [Id(2)]
    public bool Serves { get; init; }

    [Id(3)]
    public long Epoch { get; init; }

    [Id(4)]
    public IReadOnlyList<StageSummary> Stages { get; init; } = [];

    [Id(5)]
    public int Sessions { get; init; }

    /// <summary>Losses that ended with a plan in force.</summary>
    [Id(6)]
    public long Recoveries { get; init; }

    /// <summary>Changes of the plan without a loss.</summary>
    [Id(7)]
    public long Migrations { get; init; }

    /// <summary>Sequences brought back from a journal, from a prefix, in full.</summary>
    [Id(8)]
    public IReadOnlyList<long> Recovered { get; init; } = [0, 0, 0];

    [Id(9)]
    public int Running { get; init; }

    [Id(10)]
    public int Waiting { get; init; }

    [Id(11)]
    public int PagesInUse { get; init; }

    [Id(12)]
    public int PagesTotal { get; init; }

    [Id(13)]
    public long Steps { get; init; }

    [Id(14)]
    public long PromptTokens { get; init; }

    [Id(15)]
    public long CachedPromptTokens { get; init; }

    [Id(16)]
    public long GeneratedTokens { get; init; }

    [Id(17)]
    public long GuessedTokens { get; init; }

    [Id(18)]
    public long AcceptedTokens { get; init; }

    [Id(19)]
    public long Preemptions { get; init; }

    /// <summary>Milliseconds of all recoveries until the next plan was saved, until its stages had joined it, until lost pages were back; and of the largest stage in steps with lost pages.</summary>
    [Id(21)]
    public IReadOnlyList<long> RecoveryMilliseconds { get; init; } = [0, 0, 0, 0];

    /// <summary>Of the steps, each from its forming to its return.</summary>
    [Id(22)]
    public TimeSpan StepTime { get; init; }

    /// <summary>Devices that had no room for layers, each with its last refusal.</summary>
    [Id(23)]
    public IReadOnlyList<RefusalSummary> Refusals { get; init; } = [];

    /// <summary>How often layers were refused for lack of memory.</summary>
    [Id(24)]
    public long LoadsRefused { get; init; }

    /// <summary>Why there is no plan, as far as that is for lack of memory.</summary>
    [Id(25)]
    public string? Shortage { get; init; }

    /// <summary>Pages with the contents that the router before left.</summary>
    [Id(26)]
    public int InheritedPages { get; init; }

    /// <summary>Steps whose time was taken apart.</summary>
    [Id(30)]
    public long TimedSteps { get; init; }

    /// <summary>Ways from the router to a stage, from stage to stage, and back to the router, that those made.</summary>
    [Id(31)]
    public long Hops { get; init; }

    /// <summary>In which stages computed those.</summary>
    [Id(32)]
    public TimeSpan ComputingTime { get; init; }

    /// <summary>In which those waited for stages to be free.</summary>
    [Id(33)]
    public TimeSpan WaitingTime { get; init; }

    /// <summary>In which those were between the stages and the router.</summary>
    [Id(34)]
    public TimeSpan HopTime { get; init; }

    /// <summary>The pipeline that it routes.</summary>
    [Id(35)]
    public int Pipeline { get; init; }

    /// <summary>Whether the pipeline is to go on, so that sessions may begin there.</summary>
    [Id(36)]
    public bool Takes { get; init; } = true;

    /// <summary>Steps a second that the pipeline can make, beside those of the others.</summary>
    [Id(37)]
    public double Rate { get; init; } = 1;

    /// <summary>Cached pages that were computed again and compared.</summary>
    [Id(38)]
    public long VerifiedPages { get; init; }

    /// <summary>Pages that were given up because a stage did not prove them.</summary>
    [Id(39)]
    public long UnprovenPages { get; init; }

    /// <summary>Whether the router takes changes of the view; one of an earlier version does not say so, and is always sent all that there is.</summary>
    [Id(40)]
    public bool TakesChanges { get; init; }

    /// <summary>Pages of the pool that no sequence uses, kept for prompts with the same beginning.</summary>
    [Id(41)]
    public int PagesCached { get; init; }

    /// <summary>Pages beside the pool.</summary>
    [Id(42)]
    public int PagesOffloaded { get; init; }

    /// <summary>Pages moved there since the router became active.</summary>
    [Id(43)]
    public long OffloadedPages { get; init; }

    /// <summary>Pages restored from there since the router became active.</summary>
    [Id(44)]
    public long RestoredPages { get; init; }

    /// <summary>Time of the router's own work.</summary>
    [Id(45)]
    public TimeSpan RouterTime { get; init; }

    /// <summary>Whether another summary says the same of what nodes go by: all but its figures and its load.</summary>
    public bool IsSameStanding(RouterSummary other) =>
        Number == other.Number && Node == other.Node && Pipeline == other.Pipeline && Phase == other.Phase && Serves == other.Serves && Epoch == other.Epoch && Takes == other.Takes
        && Rate.Equals(other.Rate) && Shortage == other.Shortage && Stages.SequenceEqual(other.Stages) && Refusals.SequenceEqual(other.Refusals);

    /// <summary>This router's figures and load with all else of another summary.</summary>
    public RouterSummary WithStanding(RouterSummary other) => this with
    {
        Number = other.Number,
        Node = other.Node,
        Pipeline = other.Pipeline,
        Phase = other.Phase,
        Serves = other.Serves,
        Epoch = other.Epoch,
        Takes = other.Takes,
        Rate = other.Rate,
        Shortage = other.Shortage,
        Stages = other.Stages,
        Refusals = other.Refusals,
    };

    /// <summary>What is to be known of the pipeline where sessions choose.</summary>
    public PipelineLoad Load => new(Pipeline, Serves, Takes, Sessions, Rate);

    public static RouterSummary Of(RouterReport report, string node) => new()
    {
        Node = node,
        Number = RouterNumbers.ActivationOf(report.Number),
        Pipeline = RouterNumbers.PipelineOf(report.Number),
        Phase = report.Phase.ToString(),
        Serves = report.Serves,
        Epoch = report.Plan?.Epoch ?? 0,
        Stages = [.. report.Plan?.Stages.Select(static stage => new StageSummary(stage.Device.Device, stage.Layers.First, stage.Layers.End)) ?? []],
        Sessions = report.Sessions,
        Recoveries = report.Recoveries,
        Migrations = report.Migrations,
        Recovered = report.Recovered,
        InheritedPages = report.InheritedPages,
        VerifiedPages = report.VerifiedPages,
        UnprovenPages = report.UnprovenPages,
        RecoveryMilliseconds =
        [
            (long)report.RecoveryTimes.Plan.TotalMilliseconds, (long)report.RecoveryTimes.Load.TotalMilliseconds, (long)report.RecoveryTimes.Replay.TotalMilliseconds,
            (long)report.RecoveryTimes.InlineRecompute.TotalMilliseconds,
        ],
        Refusals = [.. report.Refusals.Select(static refused => new RefusalSummary(refused.Device.Device, refused.Layers.First, refused.Layers.End, refused.Reason))],
        LoadsRefused = report.LoadsRefused,
        Shortage = report.Shortage,
        TimedSteps = report.StepTimes.Steps,
        Hops = report.StepTimes.Hops,
        ComputingTime = report.StepTimes.Computing,
        WaitingTime = report.StepTimes.Waiting,
        HopTime = report.StepTimes.Transit,
        Running = report.Status.Running,
        Waiting = report.Status.Waiting,
        PagesInUse = report.Status.PagesInUse,
        PagesTotal = report.Status.PagesTotal,
        Steps = report.Status.Steps,
        StepTime = report.Status.StepTime,
        PromptTokens = report.Status.PromptTokens,
        CachedPromptTokens = report.Status.CachedPromptTokens,
        GeneratedTokens = report.Status.GeneratedTokens,
        GuessedTokens = report.Status.GuessedTokens,
        AcceptedTokens = report.Status.AcceptedTokens,
        Preemptions = report.Status.Preemptions,
        PagesCached = report.Status.PagesCached,
        PagesOffloaded = report.Status.PagesOffloaded,
        OffloadedPages = report.Status.OffloadedPages,
        RestoredPages = report.Status.RestoredPages,
        RouterTime = report.Status.RouterTime,
    };

    /// <summary>The engine's status as the front end shows it.</summary>
    public ServiceStatus Status => new(Serves, Serves ? null : Reason)
    {
        Running = Running,
        Waiting = Waiting,
        PagesInUse = PagesInUse,
        PagesTotal = PagesTotal,
        Steps = Steps,
        StepTime = StepTime,
        PromptTokens = PromptTokens,
        CachedPromptTokens = CachedPromptTokens,
        GeneratedTokens = GeneratedTokens,
        GuessedTokens = GuessedTokens,
        AcceptedTokens = AcceptedTokens,
        Preemptions = Preemptions,
        PagesCached = PagesCached,
        PagesOffloaded = PagesOffloaded,
        OffloadedPages = OffloadedPages,
        RestoredPages = RestoredPages,
        RouterTime = RouterTime,
    };

    /// <summary>What two pipelines do together.</summary>
    public static ServiceStatus Together(in ServiceStatus one, in ServiceStatus other) => new(one.Ready || other.Ready, one.Ready || other.Ready ? null : one.Reason)
    {
        Running = one.Running + other.Running,
        Waiting = one.Waiting + other.Waiting,
        PagesInUse = one.PagesInUse + other.PagesInUse,
        PagesTotal = one.PagesTotal + other.PagesTotal,
        Steps = one.Steps + other.Steps,
        StepTime = one.StepTime + other.StepTime,
        PromptTokens = one.PromptTokens + other.PromptTokens,
        CachedPromptTokens = one.CachedPromptTokens + other.CachedPromptTokens,
        GeneratedTokens = one.GeneratedTokens + other.GeneratedTokens,
        GuessedTokens = one.GuessedTokens + other.GuessedTokens,
        AcceptedTokens = one.AcceptedTokens + other.AcceptedTokens,
        Preemptions = one.Preemptions + other.Preemptions,
        PagesCached = one.PagesCached + other.PagesCached,
        PagesOffloaded = one.PagesOffloaded + other.PagesOffloaded,
        OffloadedPages = one.OffloadedPages + other.OffloadedPages,
        RestoredPages = one.RestoredPages + other.RestoredPages,
        RouterTime = one.RouterTime + other.RouterTime,
    };

    /// <summary>Why nothing is served.</summary>
    private string Reason => string.Join(' ', (string[])
    [
        $"The cluster has no plan in force; the router is {Phase}.",
        .. Shortage is null ? (string[])[] : [Shortage],
        .. Refusals.Select(static refusal => $"Device {refusal.Device} has no memory for its layers: {refusal.Reason}"),
    ]);
}
