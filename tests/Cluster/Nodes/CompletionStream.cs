using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace OrleansInference.Cluster.Nodes;

/// <summary>One streamed completion, read as it comes.</summary>
internal sealed class CompletionStream
{
    private static readonly HttpClient Http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly StringBuilder _text = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _mark;
    private int _events;

    private CompletionStream(string url, object body, int mark)
    {
        _mark = mark;
        Text = ReadAsync(url, body);
    }

    /// <summary>Completes when the stream has come as far as its mark.</summary>
    public Task Reached => _reached.Task.WaitAsync(Patience);

    /// <summary>The whole text; fails when the stream ends with an error.</summary>
    public Task<string> Text { get; }

    /// <param name="url">Of the node.</param>
    /// <param name="number">Which request: its prompt, sampling and seed follow from it, so that it can be asked again.</param>
    /// <param name="mark">Events after which <see cref="Reached"/> completes.</param>
    /// <param name="tokens">To generate.</param>
    public static CompletionStream Start(string url, int number, int mark = 20, int tokens = 300) => new(url, Body(number, tokens), mark);

    private static object Body(int number, int tokens) => new
    {
        model = "demo",
        prompt = $"Request {number}: count from {number} to {number + 9}.",
        max_tokens = tokens,
        temperature = number % 3 * 0.5,
        top_p = number % 2 == 0 ? 1.0 : 0.9,
        seed = number,
        ignore_eos = true,
        stream = true,
    };

    private async Task<string> ReadAsync(string url, object body)
    {
        try
        {
            using CancellationTokenSource limit = new(Patience);
            using HttpRequestMessage request = new(HttpMethod.Post, url + "/v1/completions") { Content = JsonContent.Create(body) };
            using HttpResponseMessage response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            Assert.True(response.IsSuccessStatusCode, await (response.IsSuccessStatusCode ? Task.FromResult("") : response.Content.ReadAsStringAsync(limit.Token)));
            using StreamReader reader = new(await response.Content.ReadAsStreamAsync(limit.Token));
            while (await reader.ReadLineAsync(limit.Token) is { } line)
            {
                if (line == "data: [DONE]")
                {
                    return _text.ToString();
                }

                if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    Take(line["data: ".Length..]);
                }
            }

            throw new InvalidOperationException($"The stream ended without [DONE] after {_events} events.");
        }
        finally
        {
            _reached.TrySetResult();
        }
    }

    private void Take(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (document.RootElement.TryGetProperty("error", out JsonElement error))
        {
            throw new InvalidOperationException($"The stream ended with {error} after {_events} events.");
        }

        foreach (JsonElement choice in document.RootElement.GetProperty("choices").EnumerateArray())
        {
            _text.Append(choice.GetProperty("text").GetString());
        }

        if (++_events == _mark)
        {
            _reached.TrySetResult();
        }
    }
}
