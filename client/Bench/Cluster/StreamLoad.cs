using System.Net.Http.Json;

namespace OrleansInference.Bench.Cluster;

/// <summary>Load of completion streams that start together.</summary>
internal sealed class StreamLoad : IDisposable
{
    private const int PromptTokens = 8;

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <returns>Tokens a second of all streams, from the first stream's first token to the last stream's last.</returns>
    public async Task<double> MeasureAsync(string url, string model, int streams, int generate, CancellationToken cancellationToken)
    {
        (long First, long Last)[] times = await Task.WhenAll(Enumerable.Range(0, streams).Select(stream => StreamAsync(url, model, stream, generate, cancellationToken)));
        double seconds = Stopwatch.GetElapsedTime(times.Min(static time => time.First), times.Max(static time => time.Last)).TotalSeconds;
        return Math.Round(streams * (generate - 1) / seconds, 2);
    }

    /// <summary>Returns the cluster status of a node.</summary>
    public async Task<JsonElement> ViewAsync(string url, CancellationToken cancellationToken)
    {
        using JsonDocument document = JsonDocument.Parse(await _http.GetStringAsync(new Uri(url + "/admin/cluster"), cancellationToken));
        return document.RootElement.Clone();
    }

    public void Dispose() => _http.Dispose();

    private async Task<(long First, long Last)> StreamAsync(string url, string model, int stream, int generate, CancellationToken cancellationToken)
    {
        object body = new
        {
            model,
            prompt = Enumerable.Range(0, PromptTokens).Select(index => 100 + (stream * PromptTokens) + index).ToArray(),
            max_tokens = generate,
            temperature = 0,
            ignore_eos = true,
            stream = true,
        };
        using HttpRequestMessage request = new(HttpMethod.Post, url + "/v1/completions") { Content = JsonContent.Create(body) };
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{url} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }

        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(cancellationToken));
        long first = 0;
        long last = 0;
        while (await reader.ReadLineAsync(cancellationToken) is { } line && line != "data: [DONE]")
        {
            if (line.StartsWith("data: {\"error\"", StringComparison.Ordinal))
            {
                throw new HttpRequestException($"A stream of {url} ended with {line}");
            }

            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                last = Stopwatch.GetTimestamp();
                first = first == 0 ? last : first;
            }
        }

        return (first, last);
    }
}
