using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Cli.Connection;

namespace OrleansInference.Cli.Chat;

/// <summary>Client for streamed chat completions of an OpenAI-compatible server.</summary>
public sealed class ChatApi : IDisposable
{
    private readonly HttpClient _client;

    /// <param name="server">Address of the server, with or without the path <c>/v1</c>.</param>
    /// <param name="key">Bearer key, if the server requires one.</param>
    /// <param name="connection">Certificates of the connection; those of the system by default.</param>
    public ChatApi(Uri server, string? key, ServerConnection? connection = null)
    {
        string address = server.AbsoluteUri.TrimEnd('/');
        string suffix = address.EndsWith("/v1", StringComparison.Ordinal) ? "/" : "/v1/";
        _client = (connection ?? ServerConnection.Default).CreateClient();
        (_client.BaseAddress, _client.Timeout) = (new Uri(address + suffix), Timeout.InfiniteTimeSpan);
        if (key is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Returns the name of the first model that the server lists.</summary>
    public async Task<string> FirstModelAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _client.GetAsync("models", cancellationToken);
        await RequireSuccessAsync(response, cancellationToken);
        JsonNode? answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        return (string?)answer?["data"]?[0]?["id"] ?? throw new InferenceException(ErrorCode.ModelNotFound, $"{_client.BaseAddress}models lists no model.");
    }

    /// <exception cref="InferenceException">The server refused the request, or the stream failed.</exception>
    public async IAsyncEnumerable<ChatDelta> AskAsync(
        string model, IReadOnlyList<ChatMessage> messages, ChatSettings settings, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "chat/completions")
        {
            Content = new StringContent(Body(model, messages, settings).ToJsonString(), Encoding.UTF8, "application/json"),
        };
        using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await RequireSuccessAsync(response, cancellationToken);
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            if (item.Data == "[DONE]")
            {
                yield break;
            }

            JsonNode? data = JsonNode.Parse(item.Data);
            if (data?["error"] is JsonNode error)
            {
                InferenceException.Throw(ErrorCode.Unavailable, (string?)error["message"] ?? error.ToJsonString());
            }

            if (data?["choices"] is JsonArray { Count: > 0 } choices)
            {
                JsonNode? delta = choices[0]?["delta"];
                yield return new ChatDelta((string?)delta?["reasoning_content"] ?? "", (string?)delta?["content"] ?? "", (string?)choices[0]?["finish_reason"]);
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private static JsonObject Body(string model, IReadOnlyList<ChatMessage> messages, ChatSettings settings)
    {
        JsonObject body = new()
        {
            ["model"] = model,
            ["stream"] = true,
            ["messages"] = new JsonArray([.. messages.Select(message => new JsonObject { ["role"] = message.Role, ["content"] = message.Content })]),
        };
        if (settings.Temperature is double temperature)
        {
            body["temperature"] = temperature;
        }

        if (settings.MaxTokens is int tokens)
        {
            body["max_completion_tokens"] = tokens;
        }

        if (settings.Seed is long seed)
        {
            body["seed"] = seed;
        }

        return body;
    }

    private static async Task RequireSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        string? message = null;
        try
        {
            message = (string?)JsonNode.Parse(text)?["error"]?["message"];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The answer is not that of an OpenAI-compatible server; the status suffices.
        }

        throw new InferenceException(ErrorCode.InvalidRequest, message ?? $"{response.RequestMessage?.RequestUri} answered {(int)response.StatusCode} {response.ReasonPhrase}.");
    }
}

/// <summary>Turn of a conversation. Reasoning is shown but not sent back, because templates expect answers only.</summary>
public sealed record ChatMessage(string Role, string Content, string Reasoning = "");

/// <summary>Part of a streamed answer.</summary>
public readonly record struct ChatDelta(string Reasoning, string Content, string? FinishReason);

/// <summary>Sampling settings of answers; null leaves a value to the server.</summary>
public sealed record ChatSettings(double? Temperature, int? MaxTokens, long? Seed);
