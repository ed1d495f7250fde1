using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using OrleansInference.ClusterTests.Stopping;
using OrleansInference.Settings;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>What the settings and a request say of who is served first reaches the router of the program: a node serves one request at a time, while others wait.</summary>
public sealed partial class ServedFirstTests(ServedFirstTests.OneAtATime node) : IClassFixture<ServedFirstTests.OneAtATime>
{
    private const int Attempts = 10;
    private const int Long = 900; // tokens: of an answer that keeps others waiting
    private const int Short = 5;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [Fact]
    public Task A_request_of_a_higher_priority_is_answered_before_those_that_came_earlier() => FirstIsAnsweredFirstAsync(
        node.Ask("high", Short, priority: 5), [node.Ask("high", Long, priority: -5), node.Ask("high", Long)]);

    [Fact]
    public Task A_tenant_of_a_higher_weight_is_served_before_another_that_came_earlier() => FirstIsAnsweredFirstAsync(
        node.Ask("high", Short), [node.Ask("low", 1), node.Ask("low", Long)]);

    [Fact]
    public async Task A_priority_beyond_that_of_the_key_is_refused()
    {
        using HttpResponseMessage refused = await node.Ask("low", Short, priority: 1)(default);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("is 1, but this API key may ask for at most 0.", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>Asks while another request is served, and compares with the last of those that came earlier.</summary>
    private async Task FirstIsAnsweredFirstAsync(Func<CancellationToken, Task<HttpResponseMessage>> first, Func<CancellationToken, Task<HttpResponseMessage>>[] earlier)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            using CancellationTokenSource end = new();
            Task<HttpResponseMessage> served = node.Ask("high", Long, priority: 10)(end.Token);
            List<Task<HttpResponseMessage>> waiting = [];
            try
            {
                bool wait = await UntilWaitingAsync(0, running: 1, served);
                foreach (Func<CancellationToken, Task<HttpResponseMessage>> ask in earlier.Append(first))
                {
                    waiting.Add(ask(end.Token));
                    wait = wait && await UntilWaitingAsync(waiting.Count, running: 1, served);
                }

                if (wait)
                {
                    Assert.Same(waiting[^1], await Task.WhenAny(waiting[^2], waiting[^1]));
                    Assert.Equal(HttpStatusCode.OK, (await waiting[^1]).StatusCode);
                    return;
                }
            }
            finally
            {
                await end.CancelAsync();
                await Task.WhenAll([served, .. waiting]).ContinueWith(static _ => { }, TaskScheduler.Default);
                await UntilWaitingAsync(0, running: 0, until: null);
            }
        }

        Assert.Fail($"In {Attempts} attempts the request that others wait for was answered before all of them waited.");
    }

    /// <returns>False where a task has ended before so many requests waited and ran.</returns>
    private async Task<bool> UntilWaitingAsync(int count, int running, Task? until)
    {
        DateTime end = DateTime.UtcNow + Timeout;
        while (until is not { IsCompleted: true })
        {
            Assert.True(DateTime.UtcNow < end, $"Waited for {count} requests that wait and {running} that run.");
            string metrics = await node.Http("high").GetStringAsync("metrics");
            if (Waiting().Match(metrics).Groups[1].Value == $"{count}" && Running().Match(metrics).Groups[1].Value == $"{running}")
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"^vllm:num_requests_waiting\{.*\} (\d+)", RegexOptions.Multiline)]
    private static partial Regex Waiting();

    [GeneratedRegex(@"^vllm:num_requests_running\{.*\} (\d+)", RegexOptions.Multiline)]
    private static partial Regex Running();

    public sealed class OneAtATime : IAsyncLifetime
    {
        private const string Settings =
            """
            {
              "MaxRunning": 1,
              "Speculation": "off",
              "TenantWeights": { "team-a": 100, "team-b": 0.1 },
              "Api": { "ApiKeys": [ { "Key": "high", "Tenant": "team-a", "MaxPriority": 10 }, { "Key": "low", "Tenant": "team-b" } ] }
            }
            """;

        private readonly string _folder = Directory.CreateTempSubdirectory("oi-first-").FullName;
        private readonly Dictionary<string, HttpClient> _clients = [];
        private NodeProgram? _program;

        public async Task InitializeAsync()
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, SettingSet.FileName), Settings);
            _program = NodeProgram.In(_folder, "--port", "0", "--threads", "1", "--cache", "none");
            Uri address = new(await _program.ServesAsync());
            foreach (string key in (string[])["high", "low"])
            {
                _clients[key] = new HttpClient { BaseAddress = address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
            }
        }

        public HttpClient Http(string key) => _clients[key];

        /// <summary>A request that can be sent, for an answer of so many tokens.</summary>
        internal Func<CancellationToken, Task<HttpResponseMessage>> Ask(string key, int tokens, int? priority = null) => cancellation => Http(key).PostAsJsonAsync(
            "v1/completions", new { model = "demo", prompt = "What", max_tokens = tokens, ignore_eos = true, temperature = 0, priority }, cancellation);

        public Task DisposeAsync()
        {
            foreach (HttpClient client in _clients.Values)
            {
                client.Dispose();
            }

            _program?.Dispose();
            Directory.Delete(_folder, recursive: true);
            return Task.CompletedTask;
        }
    }
}
