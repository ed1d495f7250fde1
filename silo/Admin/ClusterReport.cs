using System.Text.Json.Serialization;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Grains.Directory;

namespace OrleansInference.Silo.Admin;

/// <summary>The cluster as administrators see it.</summary>
/// <remarks><paramref name="Router"/> is that of the first pipeline, <paramref name="Pipelines"/> has the routers of all.</remarks>
internal sealed record ClusterReport(string Answered, string Directory, RouterPart Router, IReadOnlyList<NodePart> Nodes, IReadOnlyList<RouterPart> Pipelines)
{
    public static ClusterReport Of(ClusterView view, string answered)
    {
        RouterPart[] routers = [.. view.Routers.Select(router => RouterPart.Of(router, view))];
        return new ClusterReport(answered, view.Directory, routers[0], [.. view.Nodes.Select(NodePart.Of)], routers);
    }
}

/// <summary>
/// A pipeline's router; <paramref name="Plans"/> counts those up to the one in force, whose <paramref name="Epoch"/> holds the router's number too. <paramref name="Reason"/> is why nothing is served, when
/// nothing is; <paramref name="InheritedPages"/> are those that the router before left with their contents,
/// <paramref name="VerifiedPages"/> cached ones that were computed again and compared, <paramref name="UnprovenPages"/> those that were given up because a stage did not prove them.
/// </summary>
internal sealed record RouterPart(
    string Node, int Activation, string Phase, bool Serves, long Epoch, IReadOnlyList<StagePart> Stages, int Sessions, long Recoveries, long Migrations, RungPart Recovered,
    long Steps, long GeneratedTokens, long PagesInUse, long PagesTotal, long Plans, RecoveryPart RecoveryMilliseconds,
    string? Reason, IReadOnlyList<RefusalPart> Refusals, StepTimesPart StepTimes, int InheritedPages, int Pipeline, long VerifiedPages, long UnprovenPages)
{
    public static RouterPart Of(RouterSummary router, ClusterView view)
    {
        IEnumerable<StagePart> stages = router.Stages.Select(stage => new StagePart(stage.Device, view.WithDevice(stage.Device)?.Name, stage.FirstLayer, stage.EndLayer));
        return new RouterPart(
            router.Node, router.Number, router.Phase, router.Serves, router.Epoch, [.. stages], router.Sessions, router.Recoveries, router.Migrations,
            new RungPart(router.Recovered[0], router.Recovered[1], router.Recovered[2]), router.Figures.Steps, router.Figures.GeneratedTokens, router.Figures.PagesInUse, router.Figures.PagesTotal,
            Epochs.CountOf(router.Epoch), RecoveryPart.Of(router.RecoveryMilliseconds),
            router.Reason, [.. router.Refusals.Select(refused => new RefusalPart(refused.Device, view.WithDevice(refused.Device)?.Name, refused.FirstLayer, refused.EndLayer, refused.Reason))],
            new StepTimesPart(router.TimedSteps, router.Hops, router.ComputingTime.TotalMilliseconds, router.WaitingTime.TotalMilliseconds, router.HopTime.TotalMilliseconds),
            router.InheritedPages, router.Pipeline, router.VerifiedPages, router.UnprovenPages);
    }
}

/// <summary>A stage of the plan in force: layers FirstLayer … EndLayer − 1.</summary>
internal sealed record StagePart(int Device, string? Node, int FirstLayer, int EndLayer);

/// <summary>
/// Milliseconds of all recoveries: until the next plan was saved, until its stages had joined it with their layers, until lost pages were back; and <paramref name="InlineRecompute"/>, those in which the
/// largest stage computed steps with tokens whose pages were lost.
/// </summary>
internal sealed record RecoveryPart(long Plan, long Load, long Replay, long InlineRecompute)
{
    // A router of an earlier version does not tell the last one.
    public static RecoveryPart Of(IReadOnlyList<long> parts) => new(parts[0], parts[1], parts[2], parts.ElementAtOrDefault(3));
}

/// <summary>
/// Where the time of steps went since the router became active: milliseconds of all <paramref name="Steps"/> in which stages computed, in which a step waited for a stage to be free, and those of all
/// <paramref name="Hops"/>: from the router to the first stage, from stage to stage, from the last one to the router.
/// </summary>
internal sealed record StepTimesPart(long Steps, long Hops, double ComputingMilliseconds, double WaitingMilliseconds, double HopMilliseconds);

/// <summary>Layers FirstLayer … EndLayer − 1, which a device had no room for.</summary>
internal sealed record RefusalPart(int Device, string? Node, int FirstLayer, int EndLayer, string Reason);

/// <summary>Sequences brought back, by rung.</summary>
internal sealed record RungPart(long Journal, long Prefix, long Full);

/// <summary>A node. Messages and bytes are those that it sent to other nodes, over links and as grain calls.</summary>
internal sealed record NodePart(
    string Name, string Silo, int Process, string Url, bool Draining, int Sessions, int Streams, IReadOnlyList<DevicePart> Devices, long LinkMessages, long LinkBytes, long CallMessages)
{
    public static NodePart Of(NodeState node) => new(
        node.Name, node.Silo.ToString(), node.Process, node.Url, node.Draining, node.Sessions, node.Streams, [.. node.Devices.Select(static device => new DevicePart(
            device.Number, device.Kind, device.MemoryBytes, device.ReadBandwidth, device.ArithmeticRate, device.Pages, device.FirstLayer, device.EndLayer, device.Epoch,
            device.Steps, device.Computing.TotalMilliseconds, device.Waiting.TotalMilliseconds, device.CopiedBytes, device.ReplayedBytes, device.Replaying.TotalMilliseconds, device.Pipeline, device.RateShare,
            device.SpoiltPages))],
        node.LinkMessages, node.LinkBytes, node.CallMessages);
}

/// <summary>
/// A device, and what it did since its node started: steps, milliseconds of all in which it computed and in which they waited for it, bytes of pages that migrations took from it, and of hidden states
/// that recoveries did, and milliseconds in which it computed pages again for those. Its pipeline is −1 before it has one. <paramref name="RateShare"/> is the part of its normal rate that it reaches now, null before it is known.
/// <paramref name="SpoiltPages"/> are those that it found to hold other contents than they should.
/// </summary>
internal sealed record DevicePart(
    int Number, string Kind, long MemoryBytes, double ReadBandwidth, double ArithmeticRate, int Pages, int FirstLayer, int EndLayer, long Epoch,
    long Steps, double ComputingMilliseconds, double WaitingMilliseconds, long CopiedBytes, long ReplayedBytes, double ReplayingMilliseconds,
    int Pipeline, double? RateShare, long SpoiltPages);

/// <summary>A node that was asked to leave.</summary>
internal sealed record DrainReport(string Node, string Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ClusterReport))]
[JsonSerializable(typeof(DrainReport))]
internal sealed partial class AdminJson : JsonSerializerContext;
