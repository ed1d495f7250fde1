using System.Diagnostics;
using System.Text;
using System.Text.Json;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.ClusterTests.Postgres;
using OrleansInference.Silo.LocalCluster;
using OrleansInference.Silo.Settings;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Recovery;

/// <summary>Stored responses outlive the nodes that generate them.</summary>
public sealed class ResponseTests(ITestOutputHelper output) : IDisposable
{
    private const int Tokens = 400;
    private const int ManyTokens = 900; // the context has 1024
    private const int Conversations = 50;
    private const int Mark = 30; // events after which a stream is well under way

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private readonly HttpClient _http = new() { Timeout = Timeout };

    public void Dispose() => _http.Dispose();

    [SkippableFact]
    public async Task Responses_go_on_after_the_loss_of_all_nodes()
    {
        await using TestCluster cluster = await Require.ClusterAsync(3, 3, RestartPolicy.OnFailure);
        string[] urls = cluster.Urls;
        string[] expected = await Task.WhenAll(Ask(urls[0], 1, ""), Ask(urls[1], 2, ""));
        string conversation = Field(await SendAsync(HttpMethod.Post, urls[0], "conversations", "{}"), "id");
        string background = Field(await Ask(urls[1], 2, $",\"background\":true,\"conversation\":\"{conversation}\""), "id");
        List<JsonElement> events = await StartAsync(urls[0], 1);
        string streamed = Field(events[0].GetProperty("response").GetRawText(), "id");
        await UntilAsync(cluster, $"SELECT session IS NOT NULL FROM inference.response WHERE id = '{background}'", "the session of the background response");
        KillAll(cluster);

        // At another gateway. Nobody asks for the response in the background.
        events.AddRange(await ContinueAsync([urls[1], urls[2], urls[0]], streamed, events[^1].GetProperty("sequence_number").GetInt32()));
        await UntilAsync(cluster, $"SELECT status = 'completed' OR status = 'incomplete' FROM inference.response WHERE id = '{background}'", "the end of the background response");
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(static data => data.GetProperty("sequence_number").GetInt32()));
        JsonElement end = events[^1].GetProperty("response");
        Assert.Equal("response.incomplete", events[^1].GetProperty("type").GetString());
        Assert.Equal(Said(expected[0]), Said(end.GetRawText()));
        Assert.Equal(Said(expected[1]), Said(await SendAsync(HttpMethod.Get, urls[2], $"responses/{background}", null)));
        Assert.Equal(Said(expected[0]), string.Concat(events.Where(static data => data.GetProperty("type").GetString() is "response.output_text.delta" or "response.reasoning_text.delta").Select(static data => data.GetProperty("delta").GetString())));

        // After the end too, and in the conversation once.
        KillAll(cluster);
        List<JsonElement> again = await ContinueAsync([urls[2], urls[0], urls[1]], streamed, -1);
        Assert.Equal(events.Select(static data => data.GetRawText()), again.Select(static data => data.GetRawText()));
        using JsonDocument items = JsonDocument.Parse(await SendAsync(HttpMethod.Get, urls[2], $"conversations/{conversation}/items?order=asc", null));
        JsonElement first = items.RootElement.GetProperty("data")[0];
        Assert.Equal(("user", "Count from 2."), (first.GetProperty("role").GetString(), first.GetProperty("content")[0].GetProperty("text").GetString()));
        Assert.Equal(1, items.RootElement.GetProperty("data").EnumerateArray().Count(static item => item.GetProperty("type").GetString() == "message" && item.GetProperty("role").GetString() == "user"));
    }

    [SkippableFact]
    public async Task A_response_is_cancelled_at_another_node_than_the_one_that_generates_it()
    {
        await using TestCluster cluster = await Require.ClusterAsync(2, 2);
        string[] urls = cluster.Urls;
        List<JsonElement> events = await StartAsync(urls[0], 3, ManyTokens);
        string id = Field(events[0].GetProperty("response").GetRawText(), "id");

        // No token can be generated until the node goes on.
        cluster.Nodes[0].Signal(ProcessSignal.Stop);
        string cancelled = await SendAsync(HttpMethod.Post, urls[1], $"responses/{id}/cancel", null);
        cluster.Nodes[0].Signal(ProcessSignal.Continue);
        Assert.Equal("cancelled", Field(cancelled, "status"));

        await UntilAsync(cluster, $"SELECT result IS NOT NULL AND work IS NULL FROM inference.response WHERE id = '{id}'", "what the cancelled response has generated");
        List<JsonElement> again = await ContinueAsync([urls[1]], id, -1);
        Assert.Equal(events.Select(static data => data.GetRawText()), again.Take(events.Count).Select(static data => data.GetRawText()));
        Assert.Equal("cancelled", again[^1].GetProperty("response").GetProperty("status").GetString());
        await SendAsync(HttpMethod.Delete, urls[0], $"responses/{id}", null);
        Assert.Equal(0L, await PostgresFixture.ExecuteAsync(cluster.Postgres.ConnectionString, "SELECT count(*) FROM inference.response"));
    }

    [SkippableFact]
    public async Task Fifty_conversations_are_whole_after_the_loss_of_all_nodes_and_have_further_turns()
    {
        await using TestCluster cluster = await Require.ClusterAsync(3, 3, RestartPolicy.OnFailure);
        string[] urls = cluster.Urls;
        string[][] expected = await Task.WhenAll(Enumerable.Range(0, Conversations).Select(async number =>
        {
            string conversation = await ConverseAsync(urls[number % 3]);
            return (string[])[Said(await Ask(urls[number % 3], number, conversation)), await TurnAsync(urls[number % 3], number, conversation)];
        }));

        string[] conversations = await Task.WhenAll(Enumerable.Range(0, Conversations).Select(number => ConverseAsync(urls[number % 3])));
        List<JsonElement>[] streams = await Task.WhenAll(conversations.Select((conversation, number) => StartAsync(urls[number % 3], number, Tokens, conversation)));
        KillAll(cluster);
        output.WriteLine($"The streams had {streams.Min(static events => events.Count)} to {streams.Max(static events => events.Count)} events.");

        string[][] found = await Task.WhenAll(streams.Select(async (events, number) =>
        {
            string id = Field(events[0].GetProperty("response").GetRawText(), "id");
            events.AddRange(await ContinueAsync([urls[(number + 1) % 3], urls[(number + 2) % 3], urls[number % 3]], id, events[^1].GetProperty("sequence_number").GetInt32()));
            Assert.Equal(Enumerable.Range(0, events.Count), events.Select(static data => data.GetProperty("sequence_number").GetInt32()));
            return (string[])[Said(events[^1].GetProperty("response").GetRawText()), await TurnAsync(urls[(number + 1) % 3], number, conversations[number])];
        }));
        Assert.Equal(expected, found);
    }

    /// <summary>Creates a conversation.</summary>
    /// <returns>The field of a request for a turn in it.</returns>
    private async Task<string> ConverseAsync(string url) => $",\"conversation\":\"{Field(await SendAsync(HttpMethod.Post, url, "conversations", "{}"), "id")}\"";

    /// <summary>Adds a short turn to a conversation.</summary>
    private async Task<string> TurnAsync(string url, int number, string conversation) => Said(await SendAsync(HttpMethod.Post, url, "responses", Body(number, 20, conversation)));

    private Task<string> Ask(string url, int number, string fields) => SendAsync(HttpMethod.Post, url, "responses", Body(number, Tokens, fields));

    private static string Body(int number, int tokens, string fields) =>
        $$"""{"model":"demo","input":"Count from {{number}}.","seed":{{number}},"temperature":0.7,"ignore_eos":true,"max_output_tokens":{{tokens}}{{fields}}}""";

    private async Task<string> SendAsync(HttpMethod method, string url, string path, string? body)
    {
        long since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using HttpRequestMessage request = new(method, $"{url}/v1/{path}") { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
                using HttpResponseMessage response = await _http.SendAsync(request);
                string text = await response.Content.ReadAsStringAsync();
                Assert.True(response.IsSuccessStatusCode || (int)response.StatusCode >= 500, text);
                if (response.IsSuccessStatusCode)
                    return text;
            }
            catch (HttpRequestException broken)
            {
                output.WriteLine($"{path} at {url}: {broken.Message}");
            }

            Assert.True(Stopwatch.GetElapsedTime(since) < Timeout, $"Waited {Timeout} for an answer to {path}.");
            await Task.Delay(200);
        }
    }

    /// <summary>Starts a stream, and reads it until it is well under way.</summary>
    private async Task<List<JsonElement>> StartAsync(string url, int number, int tokens = Tokens, string fields = "")
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"{url}/v1/responses") { Content = new StringContent(Body(number, tokens, ",\"stream\":true" + fields), Encoding.UTF8, "application/json") };
        List<JsonElement> events = [];
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await ReadAsync(response, events, Mark);
        return events;
    }

    /// <summary>Reads the rest of a stream, at the next node when the connection breaks.</summary>
    private async Task<List<JsonElement>> ContinueAsync(string[] urls, string id, int after)
    {
        List<JsonElement> events = [];
        long since = Stopwatch.GetTimestamp();
        for (int attempt = 0; Stopwatch.GetElapsedTime(since) < Timeout; attempt++)
        {
            int last = events.Count > 0 ? events[^1].GetProperty("sequence_number").GetInt32() : after;
            try
            {
                using HttpRequestMessage request = new(HttpMethod.Get, $"{urls[attempt % urls.Length]}/v1/responses/{id}?stream=true{(last < 0 ? string.Empty : $"&starting_after={last}")}");
                using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                Assert.True((int)response.StatusCode is < 400 or >= 500, $"{request.RequestUri} was refused with {(int)response.StatusCode}.");
                if (response.IsSuccessStatusCode && await ReadAsync(response, events, int.MaxValue))
                    return events;
                output.WriteLine($"Attempt {attempt} at {request.RequestUri} ended with {(int)response.StatusCode} after {events.Count} events.");
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException)
            {
                output.WriteLine($"Attempt {attempt}: {broken.Message}");
            }

            await Task.Delay(200);
        }

        throw new TimeoutException($"Waited {Timeout} for the rest of the response {id}; there are {events.Count} events.");
    }

    /// <returns>Whether the response has ended.</returns>
    private static async Task<bool> ReadAsync(HttpResponseMessage response, List<JsonElement> events, int count)
    {
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        while (events.Count < count && await reader.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            JsonElement data = JsonElement.Parse(line["data: ".Length..]);
            if (data.GetProperty("type").GetString() == "error")
                return false;
            events.Add(data);
            if (data.GetProperty("type").GetString() is "response.completed" or "response.incomplete" or "response.failed")
                return true;
        }

        return false;
    }

    private static async Task UntilAsync(TestCluster cluster, string sql, string what)
    {
        long since = Stopwatch.GetTimestamp();
        while (await PostgresFixture.ExecuteAsync(cluster.Postgres.ConnectionString, sql) is not true)
        {
            if (Stopwatch.GetElapsedTime(since) > Timeout)
                throw new TimeoutException($"Waited {Timeout} for {what}.");
            await Task.Delay(50);
        }
    }

    private void KillAll(TestCluster cluster)
    {
        foreach (NodeProcess node in cluster.Nodes)
        {
            node.Signal(ProcessSignal.Kill);
        }

        output.WriteLine("All nodes were killed.");
    }

    /// <summary>Text of all items of a response, reasoning first.</summary>
    private static string Said(string response) => string.Concat(JsonElement.Parse(response).GetProperty("output").EnumerateArray()
        .SelectMany(static item => item.GetProperty("content").EnumerateArray()).Select(static part => part.GetProperty("text").GetString()));

    private static string Field(string json, string name) => JsonElement.Parse(json).GetProperty(name).GetString()!;
}
