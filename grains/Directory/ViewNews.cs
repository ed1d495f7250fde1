using Orleans.Concurrency;
using Orleans.Runtime;

namespace OrleansInference.Grains.Directory;

/// <summary>Changes of a directory's view for nodes that did not ask for them. One node receives them from the directory and passes them on to others, so that the directory's work does not grow with the nodes.</summary>
/// <param name="Since">The version that the changes follow: a node with an earlier one asks.</param>
/// <param name="Changes">Those since.</param>
/// <param name="Others">Nodes that the receiver passes the changes on to.</param>
[GenerateSerializer, Immutable, Alias("inference.view-news")]
public sealed record ViewNews([property: Id(0)] long Since, [property: Id(1)] ViewChanges Changes, [property: Id(2)] NewsTarget[]? Others);

/// <summary>A node that news are for.</summary>
/// <param name="Gateway">The number of its gateway.</param>
/// <param name="Silo">Where that is.</param>
[GenerateSerializer, Immutable, Alias("inference.news-target")]
public sealed record NewsTarget([property: Id(0)] int Gateway, [property: Id(1)] SiloAddress Silo);
