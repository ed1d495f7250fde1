using OrleansInference.Models;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>What nodes write is kept, and is in the message of a test that fails.</summary>
public sealed class NodeOutputTests
{
    [SkippableFact]
    public async Task A_wait_that_fails_says_how_nodes_ended_and_what_they_wrote_last()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(1, 1);
        InferenceException refused = await Assert.ThrowsAsync<InferenceException>(() => cluster.AddNode("--kv-type", "f1").Url);
        Assert.Contains("Node node-2 ended with exit code 2 before it served", refused.Message, StringComparison.Ordinal);
        Assert.Contains("KvType is 'f1'", refused.Message, StringComparison.Ordinal);

        cluster.Nodes[0].Stop(Silo.LocalCluster.ProcessSignal.Kill);
        await cluster.Nodes[0].Ended;
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.UntilAsync(static _ => false, "what never comes"));

        Assert.Contains("what never comes", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Node node-1 ended with exit code 137", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Node node-1 serves", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Node node-2 ended with exit code 2", failure.Message, StringComparison.Ordinal);
        Assert.Contains("KvType is 'f1'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine("test-results", "nodes"), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_keeps_its_last_lines_and_two_files_of_bounded_size()
    {
        string folder = Directory.CreateTempSubdirectory("oi-log-").FullName;
        try
        {
            string path = Path.Combine(folder, "node.log");
            using NodeLog log = new(path, maxBytes: 1000);
            Assert.Contains("nothing", log.End(), StringComparison.Ordinal);
            for (int i = 1; i <= 500; i++)
            {
                log.Write($"line {i}");
            }

            Assert.Equal([$"The end of {path}:", .. Enumerable.Range(461, 40).Select(static i => $"line {i}")], log.End().Split('\n'));
            log.Dispose();
            FileInfo[] files = new DirectoryInfo(folder).GetFiles();
            Assert.Equal(["node.log", "node.log.1"], files.Select(static file => file.Name).Order());
            Assert.All(files, static file => Assert.InRange(file.Length, 1, 1100));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
