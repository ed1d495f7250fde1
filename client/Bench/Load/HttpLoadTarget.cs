using System.Net.Http.Headers;
using System.Text;

namespace OrleansInference.Bench.Load;

/// <summary>Target that answers requests.</summary>
internal interface ILoadTarget
{
    /// <summary>Sends a request and reads its answer to the end. An error becomes the failure of the answer.</summary>
    /// <param name="started">Scheduled time of the request.</param>
    Task<Answer> AskAsync(RequestShape shape, JsonNode prompt, int generate, int tenant, TimeSpan started, CancellationToken cancellationToken);
}

/// <summary>OpenAI-compatible server under load.</summary>
internal sealed class HttpLoadTarget : ILoadTarget, IDisposable
{
    private const int ShownCharacters = 300;

    private readonly HttpClient _client;
    private readonly string?[] _keys;
    private readonly LoadClock _clock;
    private readonly TimeSpan _timeout;

    public HttpLoadTarget(LoadSettings settings, LoadClock clock)
    {
        string address = settings.Url.AbsoluteUri.TrimEnd('/');
        _client = settings.Connection.CreateClient();
        _client.BaseAddress = new Uri(address + (address.EndsWith("/v1", StringComparison.Ordinal) ? "/" : "/v1/"));
        _client.Timeout = Timeout.InfiniteTimeSpan;
        _keys = settings.Keys;
        _timeout = settings.RequestTimeout;
        _clock = clock;
    }

    public async Task<Answer> AskAsync(RequestShape shape, JsonNode prompt, int generate, int tenant, TimeSpan started, CancellationToken cancellationToken)
    {
        Answer answer = new() { Tenant = tenant, Started = started };
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_timeout);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, shape.Path)
            {
                Content = new StringContent(shape.Body(prompt, generate).ToJsonString(), Encoding.UTF8, "application/json"),
            };
            if (_keys[tenant] is string key)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            }

            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            await using Stream stream = await response.Content.ReadAsStreamAsync(limit.Token);
            return response.IsSuccessStatusCode
                ? await AnswerReader.ReadAsync(answer, stream, _clock, limit.Token)
                : answer with { Failure = await ReadRefusalAsync(response, stream, limit.Token) };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return answer with { Failure = new Failure("timeout", $"The answer did not end within {_timeout.TotalSeconds} s.") };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return answer with { Failure = new Failure("connection", exception.Message) };
        }
    }

    public void Dispose() => _client.Dispose();

    private static async Task<Failure> ReadRefusalAsync(HttpResponseMessage response, Stream stream, CancellationToken cancellationToken)
    {
        byte[] start = new byte[16 * 1024];
        int length = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        string text = Encoding.UTF8.GetString(start, 0, length);
        try
        {
            JsonNode? body = JsonNode.Parse(text);
            text = (string?)(body?["error"]?["message"] ?? body?["message"]) ?? text;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The error does not have OpenAI's form: its text is reported as it is.
        }

        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        string shown = text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "…";
        return new Failure(Refusal.KindOf((int)response.StatusCode), shown.Length > 0 ? shown : response.ReasonPhrase ?? "");
    }
}
