using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Cli.Connection;

namespace OrleansInference.Cli.Cluster;

/// <summary>Client for a node's cluster administration.</summary>
public sealed class ClusterApi : IDisposable
{
    public const string KeyVariable = "ORLEANS_INFERENCE_ADMIN_KEY";

    private const string Path = "/admin/cluster";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client;
    private readonly string _server;

    /// <param name="server">Address of any node.</param>
    /// <param name="key">Administrator key, if the node requires one.</param>
    /// <param name="connection">Certificates of the connection; those of the system by default.</param>
    public ClusterApi(Uri server, string? key, ServerConnection? connection = null)
    {
        _client = (connection ?? ServerConnection.Default).CreateClient();
        (_client.BaseAddress, _client.Timeout) = (server, Timeout);
        _server = server.GetLeftPart(UriPartial.Authority);
        if (!string.IsNullOrEmpty(key))
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Returns the status document of the node.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: no node answers. Other codes: the answer does not come from a cluster, or is a refusal.</exception>
    public async Task<JsonElement> ReadDocumentAsync()
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, Path);
        string text = await RequireSuccessAsync(response);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new InferenceException(ErrorCode.InvalidRequest, $"{_server}{Path} did not answer with JSON: {exception.Message}", null, exception);
        }
    }

    /// <inheritdoc cref="ReadDocumentAsync"/>
    public async Task<ClusterStatus> ReadAsync() => ClusterStatus.Read(await ReadDocumentAsync());

    /// <summary>Asks a node to hand over and stop. Returns when the node has accepted.</summary>
    /// <inheritdoc cref="ReadDocumentAsync" path="/exception"/>
    public async Task DrainAsync(string node)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Post, $"{Path}/nodes/{Uri.EscapeDataString(node)}/drain");
        await RequireSuccessAsync(response);
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path)
    {
        try
        {
            using HttpRequestMessage request = new(method, path);
            return await _client.SendAsync(request);
        }
        catch (HttpRequestException exception)
        {
            throw new InferenceException(ErrorCode.Unavailable, $"{_server} cannot be reached: {exception.Message}.", "--url", exception);
        }
        catch (TaskCanceledException exception)
        {
            throw new InferenceException(ErrorCode.Unavailable, $"{_server} did not answer within {Timeout.TotalSeconds} s.", "--url", exception);
        }
    }

    private async Task<string> RequireSuccessAsync(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync();
        if (response.IsSuccessStatusCode)
        {
            return text;
        }

        throw response.StatusCode switch
        {
            HttpStatusCode.NotFound => new InferenceException(
                ErrorCode.InvalidRequest, $"{_server} does not have {response.RequestMessage?.RequestUri?.AbsolutePath}; only the nodes of a cluster do.", "--url"),
            HttpStatusCode.Unauthorized => new InferenceException(
                ErrorCode.Unauthorized, $"{_server}: {MessageOf(text) ?? "the key is missing or wrong."} Give the key with --admin-key or in {KeyVariable}.", "--admin-key"),
            HttpStatusCode.ServiceUnavailable => new InferenceException(ErrorCode.Unavailable, $"{_server}: {MessageOf(text) ?? "not available."}"),
            _ => new InferenceException(ErrorCode.InvalidRequest, $"{_server}: {MessageOf(text) ?? $"{(int)response.StatusCode} {response.ReasonPhrase}"}"),
        };
    }

    private static string? MessageOf(string text)
    {
        try
        {
            return (string?)JsonNode.Parse(text)?["error"]?["message"];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The answer is not that of a node; the status suffices.
            return null;
        }
    }
}
