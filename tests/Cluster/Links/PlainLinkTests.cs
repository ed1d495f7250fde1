using Xunit.Abstractions;

namespace OrleansInference.Cluster.Links;

public sealed class PlainLinkTests(ITestOutputHelper output) : LinkTests(output)
{
    internal override LinkedPair Pair() => new();
}
