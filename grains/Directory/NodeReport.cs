using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>A node's announcement to a directory that knows it: that it lives, what has changed since, and which version of the view it has.</summary>
/// <param name="Gateway">Which node.</param>
/// <param name="Number">Of the node's announcements; a later one has a higher number.</param>
/// <param name="Directory">The activation that the node's view is from.</param>
/// <param name="Version">The view's.</param>
/// <param name="Condition">Null when it is as the directory knows it.</param>
/// <param name="Figures">Null when they are as the directory knows them.</param>
[GenerateSerializer, Immutable, Alias("inference.node-report")]
public sealed record NodeReport(
    [property: Id(0)] int Gateway, [property: Id(1)] long Number, [property: Id(2)] Guid Directory, [property: Id(3)] long Version,
    [property: Id(4)] NodeCondition? Condition, [property: Id(5)] NodeFigures? Figures);
