using Orleans.Concurrency;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Grains.Directory;

/// <summary>Router status published to the directory.</summary>
[GenerateSerializer, Immutable, Alias("inference.router-summary")]
public sealed record RouterSummary
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

    /// <summary>Number of losses that ended with a plan in force.</summary>
    [Id(6)]
    public long Recoveries { get; init; }

    /// <summary>Changes of the plan without a loss.</summary>
    [Id(7)]
    public long Migrations { get; init; }

    /// <summary>Sequences brought back from a journal, from a prefix, in full.</summary>
    [Id(8)]
    public IReadOnlyList<long> Recovered { get; init; } = [0, 0, 0];

    /// <summary>Milliseconds of all recoveries until the next plan was saved, until its stages had joined it, until lost pages were back; and of the largest stage in steps with lost pages.</summary>
    [Id(21)]
    public IReadOnlyList<long> RecoveryMilliseconds { get; init; } = [0, 0, 0, 0];

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

    /// <summary>Number of cached pages that were recomputed and compared.</summary>
    [Id(38)]
    public long VerifiedPages { get; init; }

    /// <summary>Number of pages that were dropped because a stage did not prove them.</summary>
    [Id(39)]
    public long UnprovenPages { get; init; }

    /// <summary>Whether the router takes changes of the view; one of an earlier version does not say so, and is always sent all that there is.</summary>
    [Id(40)]
    public bool TakesChanges { get; init; }

    /// <summary>What the router's engine counts, in the order of <see cref="EngineFigures"/>. Programs of earlier versions sent each figure alone.</summary>
    [Id(47)]
    public long[] FigureNumbers { get; init; } = [];

    /// <summary>What the router's engine counts.</summary>
    public EngineFigures Figures
    {
        get => EngineFigures.Of(FigureNumbers);
        init => FigureNumbers = value.ToNumbers();
    }

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
        Figures = report.Figures,
        TimedSteps = report.StepTimes.Steps,
        Hops = report.StepTimes.Hops,
        ComputingTime = report.StepTimes.Computing,
        WaitingTime = report.StepTimes.Waiting,
        HopTime = report.StepTimes.Transit,
    };

    /// <summary>Why nothing is served; null while something is.</summary>
    public string? Reason => Serves ? null : string.Join(' ', (string[])
    [
        $"The cluster has no plan in force; the router is {Phase}.",
        .. Shortage is null ? (string[])[] : [Shortage],
        .. Refusals.Select(static refusal => $"Device {refusal.Device} has no memory for its layers: {refusal.Reason}"),
    ]);
}
