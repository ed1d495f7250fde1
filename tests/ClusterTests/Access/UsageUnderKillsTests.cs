using System.Net.Http.Json;
using System.Text.Json;
using OrleansInference.Bench.Chaos;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.LocalCluster;

namespace OrleansInference.ClusterTests.Access;

/// <summary>What is counted is what was answered, also if nodes are killed meanwhile.</summary>
public sealed class UsageUnderKillsTests
{
    private const int Count = 8;
    private const int Tokens = 300;

    [SkippableFact]
    public async Task Every_token_is_counted_once_whatever_becomes_of_the_nodes()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 2);
        using HttpClient http = new() { Timeout = TimeSpan.FromMinutes(5) };
        ResumingStream[] streams = [.. Enumerable.Range(0, Count).Select(number => Streams.Start(cluster.Urls, number, tokens: Tokens))];
        await Streams.ReachedAsync(streams);

        // The gateway of all streams is killed too.
        cluster.Nodes[0].Signal(ProcessSignal.Kill);
        string url = cluster.Urls[1];
        long expected = 0, prompts = 0, requests = Count;
        foreach (string body in Bodies())
        {
            using HttpResponseMessage response = await http.PostAsync(new Uri($"{url}/v1/completions"), new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
            JsonElement usage = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("usage");
            expected += usage.GetProperty("completion_tokens").GetInt64();
            prompts += usage.GetProperty("prompt_tokens").GetInt64();
            requests++;
        }

        foreach (ResumingStream stream in streams)
        {
            int tokens = (await stream.Completed).Length;
            Assert.Equal(Tokens, tokens);
            expected += tokens;
        }

        JsonElement counted = await UntilAsync(http, url, expected);
        Assert.Equal((expected, requests), (counted.GetProperty("completion_tokens").GetInt64(), counted.GetProperty("requests").GetInt64()));
        Assert.True(counted.GetProperty("prompt_tokens").GetInt64() > prompts);
        UsageOf(counted, "default", "anonymous");
    }

    /// <summary>Requests whose text ends before their tokens do.</summary>
    private static IEnumerable<string> Bodies() => Enumerable.Range(0, 6).Select(static number =>
        $$"""{"model":"demo","prompt":"What is {{number}} + {{number * 7}}?","max_tokens":60,"temperature":0,"n":2,"stop":["{{number}}","ones","="]}""");

    private static void UsageOf(JsonElement usage, string tenant, string key)
    {
        JsonElement row = Assert.Single(usage.GetProperty("data").EnumerateArray());
        Assert.Equal((tenant, key, "demo"), (row.GetProperty("tenant").GetString(), row.GetProperty("key").GetString(), row.GetProperty("model").GetString()));
    }

    /// <summary>Reads usage until it is complete: answers are sent before their last write.</summary>
    private static async Task<JsonElement> UntilAsync(HttpClient http, string url, long expected)
    {
        JsonElement usage = default;
        for (int i = 0; i < 100; i++)
        {
            usage = await http.GetFromJsonAsync<JsonElement>(new Uri($"{url}/admin/usage?tenant=default"));
            if (usage.GetProperty("completion_tokens").GetInt64() == expected)
            {
                break;
            }

            await Task.Delay(100);
        }

        return usage;
    }
}
