using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansInference.Bench.Chaos;
using OrleansInference.ClusterTests.Nodes;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Access;

/// <summary>The end of a key reaches all nodes of a cluster.</summary>
public sealed class RevocationTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task A_revoked_key_gets_no_token_at_any_node()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(3, 2);
        using HttpClient http = new();
        await PostAsync(http, $"{cluster.Urls[0]}/admin/tenants", new { name = "team" });
        JsonElement key = await PostAsync(http, $"{cluster.Urls[0]}/admin/keys", new { tenant = "team" });
        string text = key.GetProperty("key").GetString()!;

        Client[] clients = [.. cluster.Urls.SelectMany((url, node) => Enumerable.Range(0, 2).Select(number => new Client(url, text, (2 * node) + number)))];
        Task<string>[] ends = [.. clients.Select(static client => client.RunAsync())];
        await Task.WhenAll(clients.Select(static client => client.Begun)).WaitAsync(TimeSpan.FromMinutes(5));

        using HttpResponseMessage deleted = await http.DeleteAsync(new Uri($"{cluster.Urls[1]}/admin/keys/{key.GetProperty("id").GetString()}"));
        long revoked = Stopwatch.GetTimestamp();
        Assert.True(deleted.IsSuccessStatusCode);
        string[] errors = await Task.WhenAll(ends).WaitAsync(TimeSpan.FromMinutes(5));

        Assert.All(errors, static error => Assert.Contains("API key", error, StringComparison.Ordinal));
        output.WriteLine($"The last token came {clients.Max(client => Stopwatch.GetElapsedTime(revoked, client.LastToken).TotalMilliseconds):F0} ms after the answer to the revocation.");
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string url, object body)
    {
        using HttpResponseMessage response = await http.PostAsJsonAsync(new Uri(url), body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }

    /// <summary>Asks for one stream after the other until it is refused.</summary>
    private sealed class Client(string url, string key, int number)
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes with the first token.</summary>
        public Task Begun => _begun.Task;

        public long LastToken { get; private set; }

        /// <returns>The error that ended it.</returns>
        public async Task<string> RunAsync()
        {
            using HttpClient http = new() { DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
            while (true)
            {
                using HttpRequestMessage request = new(HttpMethod.Post, $"{url}/v1/completions") { Content = new StringContent(ChaosRequest.Body("demo", number, promptWords: 0, tokens: 500), System.Text.Encoding.UTF8, "application/json") };
                using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                if (!response.IsSuccessStatusCode)
                {
                    return await response.Content.ReadAsStringAsync();
                }

                using StreamReader stream = new(await response.Content.ReadAsStreamAsync());
                while (await stream.ReadLineAsync() is { } line)
                {
                    if (line == "event: error")
                    {
                        return await stream.ReadToEndAsync();
                    }

                    if (line.StartsWith("data: {", StringComparison.Ordinal))
                    {
                        LastToken = Stopwatch.GetTimestamp();
                        _begun.TrySetResult();
                    }
                }
            }
        }
    }
}
