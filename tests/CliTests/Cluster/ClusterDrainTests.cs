namespace OrleansInference.CliTests.Cluster;

public sealed class ClusterDrainTests
{
    [Fact]
    public async Task Drain_returns_when_the_node_is_gone()
    {
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(
            statuses: [ScriptedCluster.Status(), ScriptedCluster.Status(), ScriptedCluster.Status(secondThere: false)]);
        CliResult result = await CliProcess.RunAsync(["cluster", "drain", "b", "--url", cluster.Url, "--json"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("""{"node":"b","status":"gone"}""", result.Json().ToString());
        Assert.Equal(["b"], cluster.Drained);
        Assert.Contains("b: layers 4-7, 2 streams", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_successor_of_the_same_name_is_not_the_node_that_leaves()
    {
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: [ScriptedCluster.Status(), ScriptedCluster.Status(secondSilo: "S3")]);
        CliResult result = await CliProcess.RunAsync(["cluster", "drain", "b", "--url", cluster.Url]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Node b is gone.", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_wait_returns_when_the_node_has_accepted()
    {
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: ScriptedCluster.Status());
        CliResult result = await CliProcess.RunAsync(["cluster", "drain", "b", "--url", cluster.Url, "--no-wait", "--json"]);
        Assert.Equal("""{"node":"b","status":"draining"}""", result.Json().ToString());
        Assert.Equal(["b"], cluster.Drained);
    }

    [Fact]
    public async Task A_node_that_stays_is_an_error()
    {
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: ScriptedCluster.Status());
        CliResult result = await CliProcess.RunAsync(["cluster", "drain", "b", "--url", cluster.Url, "--timeout", "1", "--json"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Node 'b' is still running after 1 s", result.Error(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_node_is_refused_and_the_known_ones_are_named()
    {
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(statuses: ScriptedCluster.Status());
        CliResult result = await CliProcess.RunAsync(["cluster", "drain", "c", "--url", cluster.Url, "--json"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("no node 'c'; the cluster has a, b", result.Error(), StringComparison.Ordinal);
        Assert.Empty(cluster.Drained);
    }

    [Fact]
    public async Task A_node_that_was_asked_to_drain_itself_is_gone_when_it_falls_silent()
    {
        await using ScriptedCluster cluster = await ScriptedCluster.StartAsync(fallsSilent: true, statuses: ScriptedCluster.Status(answered: "b"));
        CliResult result = await CliProcess.RunAsync(["cluster", "drain", "b", "--url", cluster.Url, "--json"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("""{"node":"b","status":"gone"}""", result.Json().ToString());
    }

    [Fact]
    public async Task Another_node_is_asked_when_the_first_falls_silent()
    {
        await using ScriptedCluster second = await ScriptedCluster.StartAsync(statuses: ScriptedCluster.Status(answered: "b"));
        await using ScriptedCluster first = await ScriptedCluster.StartAsync(fallsSilent: true, statuses: ScriptedCluster.Status(secondUrl: second.Url));
        CliResult result = await CliProcess.RunAsync(["cluster", "drain", "a", "--url", first.Url, "--timeout", "1", "--json"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Node 'a' is still running", result.Error(), StringComparison.Ordinal);
    }
}
