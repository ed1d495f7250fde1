using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace OrleansInference.Cluster.Nodes;

/// <summary>One streamed completion, read as it comes.</summary>
internal sealed class CompletionStream
{
    private static readonly HttpClient Http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly StringBuilder _text = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _mark;
    private readonly string[] _urls;
    private int _events;
    private string? _last; // id of the last event
    private long _moment; // of the last event

    private CompletionStream(string[] urls, object body, int mark)
    {
        _urls = urls;
        _mark = mark;
        Text = ReadAsync(body);
    }

    /// <summary>The longest time between two events.</summary>
    public TimeSpan LongestPause { get; private set; }

    /// <summary>Times that the stream went on at another node.</summary>
    public int Resumed { get; private set; }

    /// <summary>Completes when the stream has come as far as its mark.</summary>
    public Task Reached => _reached.Task.WaitAsync(Patience);

    /// <summary>The whole text; fails when the stream ends with an error.</summary>
    public Task<string> Text { get; }

    /// <param name="url">Of the node.</param>
    /// <param name="number">Which request: its prompt, sampling and seed follow from it, so that it can be asked again.</param>
    /// <param name="mark">Events after which <see cref="Reached"/> completes.</param>
    /// <param name="tokens">To generate.</param>
    public static CompletionStream Start(string url, int number, int mark = 20, int tokens = 300) => Start([url], number, mark, tokens);

    /// <summary>A stream whose client goes to the next node when its connection breaks.</summary>
    /// <param name="urls">Of the nodes, in the order in which the client tries them.</param>
    /// <param name="number">Which request.</param>
    /// <param name="mark">Events after which <see cref="Reached"/> completes.</param>
    /// <param name="tokens">To generate.</param>
    public static CompletionStream Start(string[] urls, int number, int mark = 20, int tokens = 300) => new(urls, Body(number, tokens), mark);

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

    private async Task<string> ReadAsync(object body)
    {
        try
        {
            using CancellationTokenSource limit = new(Patience);
            for (int node = 0; !await ReadAsync(_urls[node % _urls.Length], body, limit.Token); node++)
            {
                Resumed++;
            }

            return _text.ToString();
        }
        finally
        {
            _reached.TrySetResult();
        }
    }

    /// <returns>Whether the stream came to its end; not when the connection broke and there is another node to go to.</returns>
    private async Task<bool> ReadAsync(string url, object body, CancellationToken limit)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, url + "/v1/completions") { Content = JsonContent.Create(body) };
            if (_last is not null)
            {
                request.Headers.Add("Last-Event-ID", _last);
            }

            using HttpResponseMessage response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit);
            Assert.True(response.IsSuccessStatusCode, await (response.IsSuccessStatusCode ? Task.FromResult("") : response.Content.ReadAsStringAsync(limit)));
            using StreamReader reader = new(await response.Content.ReadAsStreamAsync(limit));
            string? id = null;
            while (await reader.ReadLineAsync(limit) is { } line)
            {
                if (line == "data: [DONE]")
                {
                    return true;
                }

                if (line.StartsWith("id: ", StringComparison.Ordinal))
                {
                    id = line["id: ".Length..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    Take(line["data: ".Length..]);
                }
                else if (line.Length == 0)
                {
                    _last = id ?? _last;
                }
            }

            throw new HttpIOException(HttpRequestError.ResponseEnded, $"The stream ended without [DONE] after {_events} events.");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException && _urls.Length > 1)
        {
            return false;
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

        if (_events > 0 && Stopwatch.GetElapsedTime(_moment) is var pause && pause > LongestPause)
        {
            LongestPause = pause;
        }

        _moment = Stopwatch.GetTimestamp();
        if (++_events == _mark)
        {
            _reached.TrySetResult();
        }
    }
}
