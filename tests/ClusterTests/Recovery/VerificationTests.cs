using System.Text.Json;
using OrleansInference.Bench.Chaos;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.LocalCluster;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>Nodes with <c>--verify-pages on</c> compute cached pages again and find in them what they should hold.</summary>
public sealed class VerificationTests(ITestOutputHelper output)
{
    private const int Count = 6;

    [SkippableFact]
    public async Task Pages_that_a_lost_router_left_are_the_same_when_they_are_computed_again()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 2, settings: ["--verify-pages", "on"]);
        string[] expected = await Streams.SaidAsync(Enumerable.Range(0, Count).Select(number => Streams.Start(cluster.Nodes[number % 3].Url.Result, number)));
        JsonElement view = await cluster.UntilStagesAsync(2);
        int activation = Activation(view);
        string victim = TestCluster.RouterNode(view);
        string url = cluster.UrlExcept(victim);
        ResumingStream[] streams = [.. Enumerable.Range(0, Count).Select(number => Streams.Start(url, number))];
        await Streams.ReachedAsync(streams);
        cluster.Node(victim).Signal(ProcessSignal.Kill);

        await cluster.UntilAsync(after => Activation(after) > activation && Counted(after, "inherited_pages") > 0 && Counted(after, "verified_pages") > 0, "a router that verifies the pages of the one before");
        Assert.Equal(expected, await Streams.SaidAsync(streams));
        view = await cluster.UntilAsync(static after => Counted(after, "verified_pages") + Counted(after, "unproven_pages") >= Counted(after, "inherited_pages"), "as many verified pages as inherited ones");
        output.WriteLine(view.GetProperty("router").ToString());
        Assert.Equal(0, Corrupted(view));
    }

    private static int Activation(JsonElement view) => (int)Counted(view, "activation");

    private static long Counted(JsonElement view, string name) => view.GetProperty("router").GetProperty(name).GetInt64();

    private static long Corrupted(JsonElement view) => view.GetProperty("nodes").EnumerateArray()
        .SelectMany(static node => node.GetProperty("devices").EnumerateArray()).Sum(static device => device.GetProperty("corrupted_pages").GetInt64());
}
