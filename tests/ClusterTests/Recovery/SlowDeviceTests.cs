using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OrleansInference.Bench.Chaos;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.LocalCluster;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>Compares how fast devices are, and so runs beside no other test.</summary>
[CollectionDefinition(nameof(SlowDeviceTests), DisableParallelization = true)]
public sealed class SlowDeviceCollection;

/// <summary>A device that others take the processor from loses its layers while streams go on, and gets layers again when it is as fast as before.</summary>
[Collection(nameof(SlowDeviceTests))]
public sealed class SlowDeviceTests(ITestOutputHelper output)
{
    private const int Count = 6;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [SkippableFact]
    public async Task Streams_survive_a_device_at_a_tenth_of_its_processor_which_loses_its_layers_and_gets_some_back()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, null);
        JsonElement view = await cluster.UntilStagesAsync(3);
        string slow = TestCluster.Stages(view).First(name => name != TestCluster.RouterNode(view) && name != view.GetProperty("directory").GetString())!;
        string[] urls = [.. cluster.Nodes.Where(node => node.Name != slow).Select(static node => node.Url.Result)];
        NodeProcess node = cluster.Node(slow);
        string[] expected = await RoundAsync("before", urls);
        Assert.Equal(expected, await RoundAsync("before, again", urls));

        using (new SlowedNode(node))
        {
            await UntilAsync(cluster, "its layers are away", urls, expected, view => !TestCluster.Stages(view).Contains(slow));
            Assert.Equal(expected, await RoundAsync("without it", urls));
        }

        view = await UntilAsync(cluster, "it has layers again", urls, expected, view => TestCluster.Stages(view).Contains(slow));
        Assert.Equal(expected, await RoundAsync("after", urls));
        Assert.Equal(0, view.GetProperty("router").GetProperty("recoveries").GetInt64());
        Assert.False(node.Ended.IsCompleted);
    }

    [SkippableFact]
    public async Task A_device_that_is_starved_while_it_joins_gets_layers_when_it_is_not_any_more()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(2, null);
        string[] urls = cluster.Urls;
        string[] expected = await RoundAsync("before", urls);
        NodeProcess joining = cluster.AddNode();
        using (new SlowedNode(joining))
        {
            await cluster.UntilServingAsync(joining);
            Assert.Equal(expected, await RoundAsync("when it has joined", urls));
        }

        await UntilAsync(cluster, "it has layers", urls, expected, view => TestCluster.Stages(view).Contains(joining.Name));
        Assert.Equal(expected, await RoundAsync("after", urls));
    }

    /// <summary>Lets streams go on, round after round, until the cluster is as wanted.</summary>
    private async Task<JsonElement> UntilAsync(TestCluster cluster, string what, string[] urls, string[] expected, Func<JsonElement, bool> wanted)
    {
        long start = Stopwatch.GetTimestamp();
        Task<JsonElement> reached = cluster.UntilAsync(view => TestCluster.Serves(view) && wanted(view), what);
        _ = reached.ContinueWith(_ => output.WriteLine($"{what} after {Seconds(start)} s"), TaskScheduler.Default);
        do
        {
            Assert.Equal(expected, await RoundAsync($"until {what}", urls));
        }
        while (!reached.IsCompleted);
        JsonElement view = await reached;
        output.WriteLine(string.Join(", ", view.GetProperty("nodes").EnumerateArray().Select(static node => $"{node.GetProperty("name")} at {node.GetProperty("devices")[0].GetProperty("rate_share")} of {node.GetProperty("devices")[0].GetProperty("read_bandwidth")}")));
        return view;
    }

    private async Task<string[]> RoundAsync(string what, string[] urls)
    {
        long start = Stopwatch.GetTimestamp();
        ResumingStream[] streams = [.. Enumerable.Range(0, Count).Select(number => Streams.Start(urls[number % urls.Length], number))];
        string[] said = await Streams.SaidAsync(streams).WaitAsync(Timeout);
        output.WriteLine($"{what}: {streams.Sum(static stream => stream.Tokens().Length)} tokens in {Seconds(start)} s");
        return said;
    }

    private static string Seconds(long start) => Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);
}
