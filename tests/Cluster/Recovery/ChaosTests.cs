using System.Globalization;
using System.Text.Json;
using OrleansInference.Cluster.Nodes;
using OrleansInference.Silo.LocalCluster;
using Xunit.Abstractions;

namespace OrleansInference.Cluster.Recovery;

/// <summary>Kill after kill, over all roles, under load: every transcript is that of a quiet cluster.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Streams = 8;

    [SkippableFact]
    public async Task Nothing_is_lost_repeated_or_different_after_many_kills()
    {
        int kills = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_KILLS"), CultureInfo.InvariantCulture, out int given) ? given : 6;
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 3, supervised: true);
        string[] urls = [.. cluster.Nodes.Select(static node => node.Url.Result)];
        string[] expected = await Task.WhenAll(Enumerable.Range(0, Streams).Select(number => CompletionStream.Start(urls[number % 3], number).Text));
        List<double> pauses = []; // of streams that did not come through the node, in milliseconds
        for (int kill = 0; kill < kills; kill++)
        {
            JsonElement view = await cluster.UntilStagesAsync(3);
            string victim = Victim(view, kill);
            CompletionStream[] streams = [.. Enumerable.Range(0, Streams).Select(number =>
                CompletionStream.Start([.. urls.Skip(number % 3), .. urls.Take(number % 3)], number, mark: 10 + (kill * 7 % 60)))];
            await Task.WhenAll(streams.Select(static stream => stream.Reached));
            cluster.Node(victim).Signal(ProcessSignal.Kill);
            Assert.Equal(expected, await Task.WhenAll(streams.Select(static stream => stream.Text)));
            pauses.AddRange(streams.Where(static stream => stream.Resumed == 0).Select(static stream => stream.LongestPause.TotalMilliseconds));
            output.WriteLine($"kill {kill + 1}: {victim}, {streams.Sum(static stream => stream.Resumed)} streams went to another node");
        }

        pauses.Sort();
        output.WriteLine(FormattableString.Invariant($"pauses of the other streams: p50 {pauses[pauses.Count / 2]:0} ms, longest {pauses[^1]:0} ms"));
    }

    /// <summary>The nodes of all roles in turn.</summary>
    private static string Victim(JsonElement view, int kill) => (kill % 5) switch
    {
        0 => TestCluster.Stages(view)[0]!,
        1 => TestCluster.RouterNode(view),
        2 => TestCluster.Stages(view)[1]!,
        3 => view.GetProperty("directory").GetString()!,
        _ => TestCluster.Stages(view)[2]!,
    };
}
