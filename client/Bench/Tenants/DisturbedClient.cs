using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;

namespace OrleansInference.Bench.Tenants;

/// <summary>Client of one conversation at a time. It drops its connections at random, and continues at any node.</summary>
/// <param name="urls">Addresses of the nodes.</param>
/// <param name="gate">Gate for new requests.</param>
/// <param name="dropPercent">Percentage of the connections that it drops.</param>
/// <param name="random">Chooses nodes and connections.</param>
internal sealed class DisturbedClient(IReadOnlyList<string> urls, KillGate gate, int dropPercent, Random random)
{
    private const int LastDrop = 40; // events after which a connection is not dropped any more

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan BetweenNodes = TimeSpan.FromMilliseconds(50);
    private static readonly HttpClient Http = new() { Timeout = Timeout.InfiniteTimeSpan };

    private string? _refusal; // answer of the last node that could not serve

    /// <summary>Number of connections that the client dropped.</summary>
    public int Drops { get; private set; }

    /// <summary>Number of times that a stream was continued.</summary>
    public int Resumed { get; private set; }

    /// <summary>Reads an answer to its end.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="key">Text of the key.</param>
    /// <param name="cancellationToken">Abandons the stream.</param>
    /// <returns>Whether it has ended. False if the connection broke before the client knew the answer's id.</returns>
    /// <exception cref="InferenceException">The answer failed, or there was no progress for minutes.</exception>
    public async Task<bool> ReadAsync(StreamedAnswer answer, string key, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            while (true)
            {
                if (await ReadAsync(answer, key, limit) is { } ended)
                {
                    return ended;
                }

                Resumed += answer.IsKnown ? 1 : 0;
                await Task.Delay(BetweenNodes, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            string refused = _refusal is null ? string.Empty : $" The last refusal of a node: {_refusal}";
            throw new InferenceException(ErrorCode.Unavailable, $"No event arrived for {Patience}.{refused}");
        }
    }

    /// <summary>Sends a request without a stream, at the next node until one answers.</summary>
    public async Task<JsonElement> PostAsync(string path, string key, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using HttpRequestMessage request = new(HttpMethod.Post, Url() + path) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
                using HttpResponseMessage response = await SendAsync(request, key, cancellationToken);
                if (await AcceptsAsync(response, cancellationToken))
                {
                    return JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
                }
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException)
            {
                _refusal = broken.Message;
            }

            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new InferenceException(ErrorCode.Unavailable, $"No node answered {path} for {Patience}: {_refusal}");
            }

            await Task.Delay(BetweenNodes, cancellationToken);
        }
    }

    /// <returns>True if the answer has ended; null if it goes on at any node; false if nobody knows its id.</returns>
    private async Task<bool?> ReadAsync(StreamedAnswer answer, string key, CancellationTokenSource limit)
    {
        using KillGate.Pass? pass = answer.IsKnown ? null : await gate.EnterAsync(limit.Token);
        try
        {
            using HttpRequestMessage request = answer.Request(Url(), random);
            using HttpResponseMessage response = await SendAsync(request, key, limit.Token);
            if (!await AcceptsAsync(response, limit.Token))
            {
                return null;
            }

            int left = random.Next(100) < dropPercent ? random.Next(1, LastDrop) : int.MaxValue;
            await using Stream body = await response.Content.ReadAsStreamAsync(limit.Token);
            await foreach (SseItem<string> item in SseParser.Create(body).EnumerateAsync(limit.Token))
            {
                StreamStep step = answer.Take(item);
                if (step == StreamStep.Ends)
                {
                    return true;
                }

                if (answer.IsKnown)
                {
                    pass?.Dispose();
                }

                if (step == StreamStep.Breaks)
                {
                    break;
                }

                limit.CancelAfter(Patience);
                if (--left <= 0 && answer.IsKnown)
                {
                    Drops++;
                    return null;
                }
            }

            return answer.IsKnown ? null : false;
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return answer.IsKnown || broken is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } ? null : false;
        }
    }

    private string Url() => urls[random.Next(urls.Count)];

    private static Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string key, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <returns>Whether the node serves the request. False if it asks to try again.</returns>
    private async Task<bool> AcceptsAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return true;
        }

        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests)
        {
            _refusal = text;
            return false;
        }

        throw new InferenceException(ErrorCode.InvalidRequest, $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri} was answered with {(int)response.StatusCode}: {text}");
    }
}
