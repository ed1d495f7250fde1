using System.Net;
using System.Net.ServerSentEvents;
using System.Text;

namespace OrleansInference.Bench.Chaos;

/// <summary>
/// Streamed completion of a client that changes to the next node when its connection breaks, when a node cannot serve, or when a node sends nothing for too
/// long, not even a comment.
/// </summary>
internal sealed class ResumingStream
{
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(60);
    private static readonly HttpClient Http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private static readonly TimeSpan BetweenNodes = TimeSpan.FromMilliseconds(20);

    private readonly IReadOnlyList<string> _urls;
    private readonly string _body;
    private readonly int _mark;
    private readonly TimeSpan _timeout;
    private readonly TimeSpan _patience;
    private readonly List<TranscriptToken> _tokens = []; // locked: pauses are read while it grows
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _last; // id of the last event
    private string? _refusal; // answer of the last node that could not serve
    private volatile int _node;

    private ResumingStream(IReadOnlyList<string> urls, string body, int mark, TimeSpan timeout, TimeSpan patience, CancellationToken cancellationToken)
    {
        _urls = urls;
        _body = body;
        _mark = mark;
        _timeout = timeout;
        _patience = patience;
        Completed = ReadAsync(cancellationToken);
    }

    /// <summary>The complete transcript.</summary>
    /// <exception cref="InferenceException">The stream failed: it received an error, or no token within its time limit.</exception>
    public Task<TranscriptToken[]> Completed { get; }

    /// <summary>Completes when the stream has reached its mark, or its end.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Number of changes to another node.</summary>
    public int Resumed { get; private set; }

    /// <summary>Address of the current node.</summary>
    public string Url => _urls[_node % _urls.Count];

    /// <param name="urls">Addresses of the nodes, in the order in which the client tries them.</param>
    /// <param name="body">Body of the request.</param>
    /// <param name="mark">Number of tokens after which <see cref="Reached"/> completes.</param>
    /// <param name="timeout">Time without a byte after which the client changes to the next node; null for never.</param>
    /// <param name="patience">Time without progress after which the stream has failed; null for a minute.</param>
    /// <param name="cancellationToken">Abandons the stream.</param>
    public static ResumingStream Start(
        IReadOnlyList<string> urls, string body, int mark = 1, TimeSpan? timeout = null, TimeSpan? patience = null, CancellationToken cancellationToken = default) =>
        new(urls, body, mark, timeout ?? Timeout.InfiniteTimeSpan, patience ?? DefaultPatience, cancellationToken);

    /// <summary>Returns the tokens received so far.</summary>
    public TranscriptToken[] Tokens()
    {
        lock (_tokens)
        {
            return [.. _tokens];
        }
    }

    private async Task<TranscriptToken[]> ReadAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_patience);
        try
        {
            while (!await ReadAsync(Url, limit))
            {
                Resumed++;
                _node++;
                await Task.Delay(BetweenNodes, limit.Token);
            }

            return Tokens();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            string refused = _refusal is null ? "" : $" The last refusal of a node: {_refusal}";
            throw new InferenceException(ErrorCode.Unavailable, $"No token arrived for {_patience} after {Tokens().Length} tokens and {Resumed} changes of the node; the last node was {Url}.{refused}");
        }
        finally
        {
            _reached.TrySetResult();
        }
    }

    /// <returns>Whether the stream ended normally. False if the connection broke, the node cannot serve, or the node sent nothing for too long.</returns>
    private async Task<bool> ReadAsync(string url, CancellationTokenSource limit)
    {
        using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        silence.CancelAfter(_timeout);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, url + "/v1/completions") { Content = new StringContent(_body, Encoding.UTF8, "application/json") };
            if (_last is not null)
            {
                request.Headers.Add("Last-Event-ID", _last);
            }

            using HttpResponseMessage response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                _refusal = await response.Content.ReadAsStringAsync(silence.Token);
                return false;
            }

            if (!response.IsSuccessStatusCode)
            {
                Fail($"{url} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(silence.Token)}");
            }

            await using Stream body = await response.Content.ReadAsStreamAsync(silence.Token);
            await using MonitoredStream stream = new(body, () => silence.CancelAfter(_timeout));
            await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync(silence.Token))
            {
                if (item.Data == "[DONE]")
                {
                    return true;
                }

                Take(item.Data);
                _last = item.EventId ?? _last;
                limit.CancelAfter(_patience);
            }

            return false;
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException || (broken is OperationCanceledException && !limit.IsCancellationRequested))
        {
            return false;
        }
    }

    private void Take(string json)
    {
        long moment = Stopwatch.GetTimestamp();
        using JsonDocument document = JsonDocument.Parse(json);
        if (document.RootElement.TryGetProperty("error", out JsonElement error))
        {
            Fail($"{Url} ended the stream after {_tokens.Count} tokens: {error}");
        }

        JsonElement scores = document.RootElement.GetProperty("choices")[0].GetProperty("logprobs");
        if (scores.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        lock (_tokens)
        {
            foreach ((JsonElement token, JsonElement score) in scores.GetProperty("tokens").EnumerateArray().Zip(scores.GetProperty("token_logprobs").EnumerateArray()))
            {
                _tokens.Add(new TranscriptToken(token.GetString()!, score.GetDouble(), moment));
            }

            if (_tokens.Count >= _mark)
            {
                _reached.TrySetResult();
            }
        }
    }

    private static void Fail(string message) => throw new InferenceException(ErrorCode.InvalidRequest, message);
}

/// <summary>Stream that reports each read, so that comments count as activity although the parser drops them.</summary>
internal sealed class MonitoredStream(Stream inner, Action onRead) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await inner.ReadAsync(buffer, cancellationToken);
        onRead();
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
