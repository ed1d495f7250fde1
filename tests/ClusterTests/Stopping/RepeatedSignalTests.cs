using OrleansInference.Bench.Chaos;
using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.ClusterTests.Stopping;

/// <summary>A node that is asked to stop more than once.</summary>
public sealed class RepeatedSignalTests
{
    private const int Tokens = 400;

    [Fact]
    public async Task A_stream_ends_whole_though_SIGTERM_is_repeated_while_the_node_drains()
    {
        using NodeProgram node = new("--port", "0", "--threads", "1", "--drain-seconds", "300", "--node", "node-1");
        string url = await node.ServesAsync();
        string[] expected = await Streams.SaidAsync([Streams.Start(url, 0, tokens: Tokens)]);
        ResumingStream stream = Streams.Start(url, 0, tokens: Tokens);
        await Streams.ReachedAsync([stream]);
        await node.SendAsync(ProcessSignal.Terminate);
        await node.SaysAsync("the node drains for at most 300 s");
        await node.SendAsync(ProcessSignal.Terminate);
        await node.SaysAsync("SIGTERM again");
        Assert.False(stream.Completed.IsCompleted);
        Assert.Equal(expected, await Streams.SaidAsync([stream]));
        Assert.Equal(0, stream.Resumed);
        Assert.Equal(ExitCode.Success, (await node.EndsAsync()).Code);
    }

    [SkippableFact]
    public async Task A_stream_goes_on_elsewhere_when_Ctrl_C_is_pressed_again_while_the_node_drains()
    {
        await using TestCluster cluster = await Require.ClusterAsync(1, null);
        int port = FreePorts.FindForLater(1)[0];
        using NodeProgram node = new(cluster.ArgumentsOf("node-2", port, "--drain-seconds", "300"));
        string url = await node.ServesAsync();
        string[] expected = await Streams.SaidAsync([Streams.Start(cluster.Urls[0], 0, tokens: Tokens)]);
        ResumingStream stream = Streams.Start([url, cluster.Urls[0]], 0, tokens: Tokens);
        await Streams.ReachedAsync([stream]);
        await node.SendAsync(ProcessSignal.Interrupt);
        await node.SaysAsync("the node drains for at most 300 s");
        await node.SendAsync(ProcessSignal.Interrupt);
        await node.SaysAsync("Ctrl-C (SIGINT) during the drain");
        Assert.Equal(ExitCode.Success, (await node.EndsAsync()).Code);
        Assert.Equal(expected, await Streams.SaidAsync([stream]));
        Assert.NotEqual(0, stream.Resumed);
    }
}
