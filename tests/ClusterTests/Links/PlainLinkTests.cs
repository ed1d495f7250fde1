using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Links;

public sealed class PlainLinkTests(ITestOutputHelper output) : LinkTests(output)
{
    internal override LinkedPair Pair() => new();
}
