using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>Report of a node to a directory that knows it: a sign of life, the changes since the last report, and the version of the node's view.</summary>
/// <param name="Gateway">Gateway of the node.</param>
/// <param name="Number">Number of the announcement; a later one has a higher number.</param>
/// <param name="Directory">Activation of the directory that the node's view is from.</param>
/// <param name="Version">Version of the node's view.</param>
/// <param name="Condition">Changed condition; null if the directory has it.</param>
/// <param name="Figures">Changed figures; null if the directory has them.</param>
[GenerateSerializer, Immutable, Alias("inference.node-report")]
public sealed record NodeReport(
    [property: Id(0)] int Gateway, [property: Id(1)] long Number, [property: Id(2)] Guid Directory, [property: Id(3)] long Version,
    [property: Id(4)] NodeCondition? Condition, [property: Id(5)] NodeFigures? Figures);
