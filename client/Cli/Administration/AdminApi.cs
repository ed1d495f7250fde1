using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Cli.Connection;

namespace OrleansInference.Cli.Administration;

/// <summary>Client for the administration of a node.</summary>
public sealed class AdminApi : IDisposable
{
    public const string KeyVariable = "ORLEANS_INFERENCE_ADMIN_KEY";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client;
    private readonly string _server;

    /// <param name="server">Address of any node.</param>
    /// <param name="key">Key of an administrator, if the node requires one.</param>
    /// <param name="connection">Certificates of the connection; those of the system by default.</param>
    /// <param name="timeout">Maximum time of an answer; 10 seconds by default.</param>
    public AdminApi(Uri server, string? key, ServerConnection? connection = null, TimeSpan? timeout = null)
    {
        _client = (connection ?? ServerConnection.Default).CreateClient();
        (_client.BaseAddress, _client.Timeout) = (server, timeout ?? DefaultTimeout);
        _server = server.GetLeftPart(UriPartial.Authority);
        if (!string.IsNullOrEmpty(key))
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Sends a request and returns the document of the answer.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: no node answers. Other codes: the answer does not come from a node, or is a refusal.</exception>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, JsonObject? body = null)
    {
        using HttpResponseMessage response = await AskAsync(method, path, body);
        string text = await RequireSuccessAsync(response);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new InferenceException(ErrorCode.InvalidRequest, $"{_server}{path} did not answer with JSON: {exception.Message}", null, exception);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, JsonObject? body)
    {
        try
        {
            using HttpRequestMessage request = new(method, path);
            request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            return await _client.SendAsync(request);
        }
        catch (HttpRequestException exception)
        {
            throw new InferenceException(ErrorCode.Unavailable, $"{_server} cannot be reached: {exception.Message}.", "--url", exception);
        }
        catch (TaskCanceledException exception)
        {
            throw new InferenceException(ErrorCode.Unavailable, $"{_server} did not answer within {_client.Timeout.TotalSeconds} s.", "--url", exception);
        }
    }

    private async Task<string> RequireSuccessAsync(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync();
        if (response.IsSuccessStatusCode)
        {
            return text;
        }

        (string? message, string? code) = ErrorOf(text);
        throw response.StatusCode switch
        {
            // The node knows the path, unless the message is that of its routing.
            HttpStatusCode.NotFound when code is null || message == "This path does not exist." => new InferenceException(
                ErrorCode.InvalidRequest, $"{_server} does not have {response.RequestMessage?.RequestUri?.AbsolutePath}; only the nodes of a cluster do.", "--url"),
            HttpStatusCode.Unauthorized => new InferenceException(
                ErrorCode.Unauthorized, $"{_server}: {message ?? "the key is missing or wrong."} Give the key with --api-key or in {KeyVariable}.", "--api-key"),
            HttpStatusCode.ServiceUnavailable => new InferenceException(ErrorCode.Unavailable, $"{_server}: {message ?? "not available."}"),
            _ => new InferenceException(ErrorCode.InvalidRequest, $"{_server}: {message ?? $"{(int)response.StatusCode} {response.ReasonPhrase}"}"),
        };
    }

    private static (string? Message, string? Code) ErrorOf(string text)
    {
        try
        {
            JsonNode? error = JsonNode.Parse(text)?["error"];
            return ((string?)error?["message"], (string?)error?["code"]);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The answer is not that of a node; the status suffices.
            return default;
        }
    }
}
