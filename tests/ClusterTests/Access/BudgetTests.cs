using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Silo.LocalCluster;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Access;

/// <summary>Budgets are exact, whatever streams run at the same time at whichever nodes.</summary>
public sealed class BudgetTests(ITestOutputHelper output)
{
    private const int Budget = 10_000;
    private const int StreamCount = 64;

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)] // a node is killed meanwhile
    public async Task Concurrent_streams_of_a_key_end_at_its_budget_exactly(bool kill)
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 2);
        using HttpClient http = new() { Timeout = TimeSpan.FromMinutes(5) };
        string[] urls = cluster.Urls;
        await PostAsync(http, $"{urls[0]}/admin/tenants", new { name = "team" });
        JsonElement key = await PostAsync(http, $"{urls[0]}/admin/keys", new { tenant = "team", limits = new { token_budget = Budget } });
        http.DefaultRequestHeaders.Authorization = new("Bearer", key.GetProperty("key").GetString());

        // The killed node is nobody's gateway: what a client has not received cannot be compared.
        string[] gateways = kill ? urls[..2] : urls;
        Task<(int Tokens, string End)>[] streams = [.. Enumerable.Range(0, StreamCount).Select(number => StreamAsync(http, gateways[number % gateways.Length], number))];
        if (kill)
        {
            await Task.WhenAny(streams); // some have ended, most run
            cluster.Nodes[2].Signal(ProcessSignal.Kill);
        }

        (int Tokens, string End)[] ends = await Task.WhenAll(streams).WaitAsync(TimeSpan.FromMinutes(5));
        JsonElement usage = await UntilAsync(http, urls[0], Budget);

        output.WriteLine($"{ends.Count(static end => end.Tokens > 0)} streams had tokens, {ends.Count(static end => end.End == "refused")} were refused.");
        Assert.All(ends, static end => Assert.Contains(end.End, (string[])["refused", "insufficient_quota"]));
        Assert.Equal(Budget, usage.GetProperty("prompt_tokens").GetInt64() + usage.GetProperty("completion_tokens").GetInt64());
        Assert.Equal(usage.GetProperty("completion_tokens").GetInt64(), ends.Sum(static end => (long)end.Tokens));
    }

    /// <returns>Number of tokens, and the code of the error that ended the stream.</returns>
    private static async Task<(int Tokens, string End)> StreamAsync(HttpClient http, string url, int number)
    {
        string body = $$"""{"model":"demo","prompt":"What is {{number}} + 1?","max_tokens":1000,"ignore_eos":true,"temperature":1,"seed":{{number}},"stream":true,"logprobs":1}""";
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri($"{url}/v1/completions")) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (response.StatusCode is HttpStatusCode.PaymentRequired or HttpStatusCode.TooManyRequests)
        {
            return (0, "refused"); // too many while the rest is leased to others
        }

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using StreamReader stream = new(await response.Content.ReadAsStreamAsync());
        int tokens = 0;
        bool failed = false;
        while (await stream.ReadLineAsync() is { } line)
        {
            failed |= line == "event: error";
            if (line.StartsWith("data: {", StringComparison.Ordinal))
            {
                JsonElement data = JsonElement.Parse(line["data: ".Length..]);
                if (failed)
                {
                    return (tokens, data.GetProperty("error").GetProperty("code").GetString()!);
                }

                JsonElement scores = data.GetProperty("choices")[0].GetProperty("logprobs");
                tokens += scores.ValueKind == JsonValueKind.Object ? scores.GetProperty("tokens").GetArrayLength() : 0;
            }
        }

        return (tokens, "end");
    }

    private static async Task<JsonElement> UntilAsync(HttpClient http, string url, long expected)
    {
        JsonElement usage = default;
        using HttpClient admin = new();
        for (int i = 0; i < 300; i++)
        {
            usage = await admin.GetFromJsonAsync<JsonElement>(new Uri($"{url}/admin/usage?tenant=team"));
            if (usage.GetProperty("prompt_tokens").GetInt64() + usage.GetProperty("completion_tokens").GetInt64() == expected)
            {
                break;
            }

            await Task.Delay(100);
        }

        return usage;
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string url, object body)
    {
        using HttpResponseMessage response = await http.PostAsJsonAsync(new Uri(url), body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }
}
