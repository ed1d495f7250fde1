using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OrleansInference.Bench.Chaos;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.LocalCluster;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>Machines that are gone with all that they ran: no connection closes, nothing refuses, their addresses are silent.</summary>
public sealed class GoneMachineTests(ITestOutputHelper output)
{
    private const int Count = 6;
    private const string LaterPort = "8000"; // of nodes with an address each

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1); // after which a client goes to the next node
    private static readonly TimeSpan BetweenRequests = TimeSpan.FromMilliseconds(100);

    // As long as a call to a silo that is silent takes.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    [SkippableFact]
    public async Task Unfinished_streams_go_on_at_other_machines_after_all_are_gone()
    {
        await using TestNetwork network = await TestNetwork.CreateAsync(6);
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 3, network);
        string[] urls = cluster.Urls;
        string[] later = [.. Enumerable.Range(4, 3).Select(number => string.Create(CultureInfo.InvariantCulture, $"http://{network.AddressOf(number)}:{LaterPort}"))];
        string[] expected = await Streams.SaidAsync(Enumerable.Range(0, Count).Select(number => Streams.Start(urls[number % urls.Length], number)));
        ResumingStream[] streams = [.. Enumerable.Range(0, Count).Select(number => Streams.Start([urls[number % 3], .. later], number, timeout: Silence))];
        await Streams.ReachedAsync(streams);
        NodeProcess[] gone = [.. cluster.Nodes];
        await Task.WhenAll(gone.Select(static node => TestCluster.NumberOf(node.Name)).Select(network.CutAsync));
        long cut = Stopwatch.GetTimestamp();
        Array.ForEach(gone, static node => node.Stop(ProcessSignal.Kill));
        await cluster.UntilEndedAsync(gone);
        int[] had = [.. streams.Select(static stream => stream.Tokens().Length)];
        output.WriteLine($"All machines were gone when the streams had {string.Join(", ", had)} tokens.");
        NodeProcess[] nodes = [.. later.Select(_ => cluster.AddNode("--port", LaterPort))];
        await cluster.UntilServingAsync(nodes);
        output.WriteLine($"The others serve after {Stopwatch.GetElapsedTime(cut)}.");
        Assert.Equal(expected, await Streams.SaidAsync(streams));
        Assert.All(streams, static stream => Assert.NotEqual(0, stream.Resumed));
        output.WriteLine($"The streams stood for {streams.Max(Streams.LongestPause)} at most.");
        await cluster.UntilStagesAsync(3);
    }

    [SkippableFact]
    public async Task Streams_survive_a_stage_whose_machine_is_gone_and_nothing_waits_for_it()
    {
        await using TestNetwork network = await TestNetwork.CreateAsync(3);
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 3, network);
        JsonElement view = await cluster.UntilStagesAsync(3);
        string[] rule = [TestCluster.RouterNode(view), view.GetProperty("directory").GetString()!];
        string victim = TestCluster.Stages(view).First(node => !rule.Contains(node))!;
        await cluster.UntilGrownAsync();
        string[] others = [.. cluster.Nodes.Where(node => node.Name != victim).Select(static node => node.Url.Result)];
        string[] expected = await Streams.SaidAsync(Enumerable.Range(0, Count).Select(number => Streams.Start(others[number % 2], number)));
        ResumingStream[] streams = [.. Enumerable.Range(0, Count).Select(number => Streams.Start(others[number % 2], number))];
        await Streams.ReachedAsync(streams);
        await network.CutAsync(TestCluster.NumberOf(victim));
        long cut = Stopwatch.GetTimestamp();
        cluster.Node(victim).Stop(ProcessSignal.Kill);
        await cluster.UntilEndedAsync(cluster.Node(victim));
        Task<JsonElement> dead = cluster.UntilAsync(seen => !TestCluster.Names(seen).Contains(victim), $"{victim} to be declared dead");
        List<(long Moment, ResumingStream Stream)> asked = [];
        while (!dead.IsCompleted)
        {
            foreach (string url in others)
            {
                asked.Add((Stopwatch.GetTimestamp(), Streams.Start(url, Count + asked.Count, tokens: 4)));
            }

            await Task.WhenAny(dead, Task.Delay(BetweenRequests));
        }

        output.WriteLine($"The machine of {victim} is gone; it is declared dead after {Stopwatch.GetElapsedTime(cut)}.");
        Assert.Equal(expected, await Streams.SaidAsync(streams));
        Assert.All(streams, static stream => Assert.Equal(0, stream.Resumed));
        TimeSpan[] pauses = [.. streams.Select(Streams.LongestPause)];
        output.WriteLine($"The streams stood for {string.Join(", ", pauses)}.");
        await Streams.SaidAsync(asked.Select(static request => request.Stream));
        TimeSpan[] answered = [.. asked.Select(static request => Stopwatch.GetElapsedTime(request.Moment, request.Stream.Tokens()[^1].Moment)).Order()];
        output.WriteLine($"Of {answered.Length} requests meanwhile one in two was answered within {answered[answered.Length / 2]}, all within {answered[^1]}.");
        Assert.All(pauses.Concat(answered), static time => Assert.InRange(time, TimeSpan.Zero, LongestPause));
        await cluster.UntilStagesAsync(2);
    }
}
