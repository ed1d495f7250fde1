using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OrleansInference.Bench.Chaos;
using OrleansInference.ClusterTests.Nodes;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>The node that rules is parted from all others, goes on for itself, and comes back.</summary>
public sealed class PartitionTests(ITestOutputHelper output)
{
    private const int Count = 6;

    // However long the partition was: Orleans alone would take up to a minute to find out that it is over.
    private static readonly TimeSpan LongestReturn = TimeSpan.FromSeconds(30);

    [SkippableFact]
    public async Task A_partition_of_the_routers_node_leaves_one_epoch_in_force_and_no_token_different()
    {
        TimeSpan least = TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_PARTITION_SECONDS"), CultureInfo.InvariantCulture, out int given) ? given : 20);
        await using TestNetwork network = await TestNetwork.CreateAsync(3);
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 3, network);
        JsonElement before = await cluster.UntilStagesAsync(3);
        string victim = TestCluster.RouterNode(before);
        string[] others = [.. cluster.Nodes.Where(node => node.Name != victim).Select(static node => node.Url.Result)];
        string parted = cluster.Node(victim).Url.Result;
        string[] expected = await Streams.SaidAsync(Enumerable.Range(0, Count).Select(number => Streams.Start(others[number % 2], number)));
        ResumingStream[] streams = [.. Enumerable.Range(0, Count).Select(number => Streams.Start(others[number % 2], number))];
        await Streams.ReachedAsync(streams);
        await network.CutAsync(TestCluster.NumberOf(victim));
        long cut = Stopwatch.GetTimestamp();
        output.WriteLine($"{victim}, with the router, is parted in epoch {TestCluster.Epoch(before)}.");
        Task<string[]> said = Streams.SaidAsync(streams);
        int rounds = 0;
        List<(int Activation, long Epoch)> ruled = [Rule(before)];
        long? believed = null;
        while (!said.IsCompleted || Stopwatch.GetElapsedTime(cut) < least)
        {
            if (said.IsCompleted)
            {
                Assert.Equal(expected, await said);
                rounds++;
                said = Streams.SaidAsync(Enumerable.Range(0, Count).Select(number => Streams.Start(others[number % 2], number)));
            }

            string alone = await network.AskAsync(TestCluster.NumberOf(victim), new Uri(parted).Port, "/admin/cluster", TestCluster.AdminKey);
            JsonElement? view = await cluster.ViewAsync(others[0]);
            if (view is { } seen && TestCluster.Serves(seen))
            {
                ruled.Add(Rule(seen));
            }

            // Whatever the parted node goes by, it is of the time before, and nothing that it decides comes into force.
            if (alone.Contains("\"epoch\":", StringComparison.Ordinal))
            {
                believed ??= EpochIn(alone);
                Assert.Equal(believed, EpochIn(alone));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }

        Assert.Equal(expected, await said);
        Assert.Equal(ruled.Order(), ruled);
        Assert.True(ruled[^1].Activation > ruled[0].Activation && ruled[^1].Epoch > (believed ?? ruled[0].Epoch), $"{ruled[0]} … {ruled[^1]}, {believed}");
        output.WriteLine($"The streams stood for {streams.Max(Streams.LongestPause)} at most; then {rounds} more rounds of them were the same.");
        await network.JoinAsync(TestCluster.NumberOf(victim));
        long joined = Stopwatch.GetTimestamp();
        output.WriteLine($"It is joined after {Stopwatch.GetElapsedTime(cut)}; epoch {believed} was in force there, {ruled[^1].Epoch} elsewhere.");
        JsonElement after = await cluster.UntilAsync(
            view => TestCluster.Serves(view) && TestCluster.Stages(view).Contains(victim) && TestCluster.Stages(view).Length == 3, $"{victim} to take part again");
        TimeSpan back = Stopwatch.GetElapsedTime(joined);
        output.WriteLine($"It has a stage again {back} later.");
        Assert.True(back < LongestReturn, $"{victim} has a stage again {back} after it was joined.");
        Assert.True(Rule(after).CompareTo(ruled[^1]) >= 0, $"{Rule(after)} after {ruled[^1]}");
        Assert.Equal(expected, await Streams.SaidAsync(Enumerable.Range(0, Count).Select(number => Streams.Start([parted, .. others], number))));
    }

    private static (int Activation, long Epoch) Rule(JsonElement view) =>
        (view.GetProperty("router").GetProperty("activation").GetInt32(), TestCluster.Epoch(view));

    private static long EpochIn(string answer)
    {
        string text = answer[(answer.IndexOf("\"epoch\":", StringComparison.Ordinal) + "\"epoch\":".Length)..];
        return long.Parse(text[..text.AsSpan().IndexOfAnyExceptInRange('0', '9')], CultureInfo.InvariantCulture);
    }
}
