using System.Net;
using System.Text.Json;
using OrleansInference.Bench.Chaos;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.LocalCluster;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>A device has less memory than the plan would need of it.</summary>
public sealed class MemoryTests(ITestOutputHelper output)
{
    private const int Count = 6;

    /// <summary>Where stages are counted nobody asks how much memory there is; where they are planned, a node whose steps are longer than the others' needs more than is planned for.</summary>
    [SkippableTheory]
    [InlineData(3, "--device-memory", "30MB")]
    [InlineData(null, "--device-memory", "64MB", "--prefill-tokens", "4096", "--threads", "2")]
    public async Task Streams_survive_a_device_that_runs_out_of_memory(int? stages, params string[] settings)
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(2, stages);
        string[] urls = cluster.Urls;
        string[] expected = await Streams.SaidAsync(Start(urls));

        // It joins while streams are under way, and has room for one layer where it would get two or three.
        ResumingStream[] streams = Start(urls);
        await Streams.ReachedAsync(streams);
        NodeProcess small = cluster.AddNode(settings);
        await cluster.UntilServingAsync(small);
        JsonElement view = await cluster.UntilAsync(view => Refusals(view).Length > 0 && TestCluster.Serves(view), "a refusal");
        output.WriteLine(view.GetProperty("router").ToString());
        JsonElement refusal = Assert.Single(Refusals(view));
        Assert.Equal(small.Name, refusal.GetProperty("node").GetString());
        Assert.Contains("; the device has ", refusal.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(expected, await Streams.SaidAsync(streams));

        // One of the others is lost: what it had goes to the one that has room.
        streams = Start([urls[0]]);
        await Streams.ReachedAsync(streams);
        cluster.Nodes[1].Signal(ProcessSignal.Kill);
        Assert.Equal(expected, await Streams.SaidAsync(streams));
        view = await cluster.UntilAsync(view => TestCluster.Serves(view) && !TestCluster.Stages(view).Contains(cluster.Nodes[1].Name), "a plan without the lost node");
        output.WriteLine(view.GetProperty("router").ToString());
        Assert.Contains(cluster.Nodes[0].Name, TestCluster.Stages(view));
        Assert.InRange(LayersOf(small.Name, view), 0, 1);
    }

    [SkippableFact]
    public async Task A_cluster_without_room_for_its_model_says_so_and_serves_when_there_is()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(1, 2);
        NodeProcess large = cluster.Nodes[0];
        string[] expected = await Streams.SaidAsync([Streams.Start(large.Url.Result, 1)]);
        NodeProcess small = cluster.AddNode("--device-memory", "30MB");
        await cluster.UntilServingAsync(small);
        string url = await small.Url;
        await cluster.UntilAsync(static view => Refusals(view).Length > 0, "a refusal");
        large.Signal(ProcessSignal.Kill);
        await large.Ended;

        JsonElement view = await cluster.UntilAsync(static view => !TestCluster.Serves(view) && Refusals(view).Length > 0, "a cluster without a plan");
        output.WriteLine(view.GetProperty("router").ToString());
        Assert.Contains("the device has 31457280", await UnhealthyAsync(url, static reason => reason.Contains("Waiting", StringComparison.Ordinal)), StringComparison.Ordinal);

        cluster.StartAgain(large);
        await cluster.UntilStagesAsync(1);
        Assert.Equal(expected, await Streams.SaidAsync([Streams.Start(url, 1)]));
    }

    private static ResumingStream[] Start(string[] urls) => [.. Enumerable.Range(0, Count).Select(number => Streams.Start(urls[number % urls.Length], number))];

    /// <summary>Waits until a node reports a reason for not being healthy that satisfies the condition: it receives the state of the cluster twice a second.</summary>
    private static async Task<string> UnhealthyAsync(string url, Predicate<string> wanted)
    {
        using HttpClient http = new();
        DateTime end = DateTime.UtcNow + TimeSpan.FromMinutes(1);
        while (true)
        {
            using HttpResponseMessage health = await http.GetAsync(new Uri(url + "/health"));
            string reason = await health.Content.ReadAsStringAsync();
            if (health.StatusCode == HttpStatusCode.ServiceUnavailable && wanted(reason))
            {
                return reason;
            }

            Assert.True(DateTime.UtcNow < end, reason);
            await Task.Delay(50);
        }
    }

    /// <summary>How many layers a node has in the plan in force.</summary>
    private static int LayersOf(string node, JsonElement view) => view.GetProperty("router").GetProperty("stages").EnumerateArray()
        .Where(stage => stage.GetProperty("node").GetString() == node).Sum(static stage => stage.GetProperty("end_layer").GetInt32() - stage.GetProperty("first_layer").GetInt32());

    private static JsonElement[] Refusals(JsonElement view) => [.. view.GetProperty("router").GetProperty("refusals").EnumerateArray()];
}
