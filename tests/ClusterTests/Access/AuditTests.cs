using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.LocalCluster;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Audit.Verification;

namespace OrleansInference.ClusterTests.Access;

/// <summary>The audit logs of the nodes of a cluster.</summary>
public sealed class AuditTests
{
    [SkippableFact]
    public async Task Every_answer_has_a_line_although_its_node_is_killed()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 2);
        using HttpClient http = new() { Timeout = TimeSpan.FromMinutes(2) };
        ConcurrentBag<string> answered = [];
        using CancellationTokenSource killed = new();
        NodeProcess victim = cluster.Nodes[0];
        Task[] clients = [.. Enumerable.Range(0, 8).Select(client => AskAsync(http, cluster.Urls[client % 3], answered, killed.Token))];
        while (answered.Count < 24)
        {
            await Task.Delay(10);
        }

        victim.Signal(ProcessSignal.Kill);
        await killed.CancelAsync();
        await Task.WhenAll(clients);
        await cluster.UntilEndedAsync(victim);
        await cluster.UntilServingAsync(cluster.StartAgain(victim));
        await AskOnceAsync(http, cluster.Urls[0], answered);

        string folder = Path.Combine(cluster.DataFolder, "audit");
        IReadOnlyList<AuditHead> heads = await UntilProvenAsync(http, cluster.Urls[1], folder);
        AuditReport report = AuditVerifier.Verify(folder, new AuditVerification { Heads = heads });
        Assert.Empty(report.Broken);
        Assert.Equal(["node-1", "node-2", "node-3"], report.Chains.Select(static chain => chain.Node).Order(StringComparer.Ordinal));
        string[] logged = [.. Lines(folder).Select(static line => line.GetProperty("request_id").GetString()!)];
        Assert.Empty(answered.Except(logged));
        Assert.Equal(logged.Length, logged.Distinct().Count());
    }

    private static async Task AskAsync(HttpClient http, string url, ConcurrentBag<string> answered, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await AskOnceAsync(http, url, answered);
            }
            catch (HttpRequestException)
            {
                return; // of the killed node
            }
        }
    }

    private static async Task AskOnceAsync(HttpClient http, string url, ConcurrentBag<string> answered)
    {
        string id = $"ask-{Guid.NewGuid():N}";
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri($"{url}/v1/completions"));
        request.Headers.Add("x-request-id", id);
        request.Content = new StringContent("""{"model":"demo","prompt":"What is 4 + 5?","max_tokens":8,"temperature":0}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.SendAsync(request);
        if (response.IsSuccessStatusCode)
        {
            answered.Add(id);
        }
    }

    /// <summary>Waits until the heads in the database prove all lines.</summary>
    private static async Task<IReadOnlyList<AuditHead>> UntilProvenAsync(HttpClient http, string url, string folder)
    {
        while (true)
        {
            IReadOnlyList<AuditHead> heads = AuditHeadJson.Read(await http.GetStringAsync(new Uri($"{url}/admin/audit/heads")));
            long others = Lines(folder).GroupBy(static line => line.GetProperty("node").GetString()).Sum(static node => node.Key == "node-2" ? 0 : node.Max(static line => line.GetProperty("sequence").GetInt64()));
            if (heads.Where(static head => head.Node != "node-2").Sum(static head => head.Sequence) == others && heads.Count == 3)
            {
                return heads; // each question has a line at the node that answers it
            }

            await Task.Delay(100);
        }
    }

    private static IEnumerable<JsonElement> Lines(string folder) =>
        Directory.GetFiles(folder, "*.jsonl").SelectMany(static file => File.ReadAllText(file).Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(static line => JsonElement.Parse(line));
}
