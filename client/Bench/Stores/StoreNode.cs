using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrleansInference.Bench.Load;
using OrleansInference.Silo.Storage;

namespace OrleansInference.Bench.Stores;

/// <summary>Node on a filled database.</summary>
internal sealed class StoreNode : IAsyncDisposable
{
    private const string Cluster = "stores";
    private const double Megabyte = 1 << 20;

    private readonly NodeProgram _node;
    private readonly HttpClient _http;
    private readonly string _adminKey;

    private StoreNode(NodeProgram node, string adminKey)
    {
        _node = node;
        _adminKey = adminKey;
        _http = new HttpClient { BaseAddress = node.Url };
    }

    /// <summary>Time from the start of the process until it served.</summary>
    public TimeSpan StartTime => _node.StartTime;

    /// <summary>Creates a database, fills it, and starts a node on it.</summary>
    /// <param name="server">Connection string of the server.</param>
    /// <param name="database">Name of the new database.</param>
    /// <param name="tenants">Number of tenants.</param>
    /// <param name="conversations">Number of conversations.</param>
    /// <param name="keys">Keys of the first tenants.</param>
    /// <param name="model">Folder of the checkpoint.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task<StoreNode> StartAsync(
        string server, string database, int tenants, int conversations, IReadOnlyList<string> keys, string model, CancellationToken cancellationToken)
    {
        await using (NpgsqlDataSource own = NpgsqlDataSource.Create(server))
        {
            await using NpgsqlCommand create = own.CreateCommand($"CREATE DATABASE {database}");
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        string connection = new NpgsqlConnectionStringBuilder(server) { Database = database }.ConnectionString;
        PostgresOptions options = new() { ConnectionString = connection, ClusterId = Cluster };
        await using (await PostgresClusterStore.OpenAsync(options, NullLogger.Instance, cancellationToken))
        {
            // Opening it has created the tables.
        }

        await using (NpgsqlDataSource filled = NpgsqlDataSource.Create(connection))
        {
            await new StoreFill(filled, Cluster, tenants, conversations).RunAsync(keys, cancellationToken);
        }

        string adminKey = $"stores-{Guid.NewGuid():N}";
        return new StoreNode(await NodeProgram.StartAsync(["--model", model, "--threads", "1", "--postgres", connection, "--cluster-id", Cluster], adminKey, cancellationToken), adminKey);
    }

    /// <summary>Resident memory of the node, in megabytes.</summary>
    public async Task<double> ResidentAsync(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/metrics");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _adminKey);
        using HttpResponseMessage answer = await _http.SendAsync(request, cancellationToken);
        return ServerSample.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)).ResidentBytes / Megabyte;
    }

    /// <summary>Sends a request with a key, and reads its stream to the end.</summary>
    /// <returns>Milliseconds until the event with the first token.</returns>
    /// <exception cref="InferenceException">The request was refused, or its stream has no token.</exception>
    public async Task<double> FirstTokenAsync(string path, JsonObject body, string key, CancellationToken cancellationToken)
    {
        long since = Stopwatch.GetTimestamp();
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InferenceException(ErrorCode.InvalidRequest, $"{_node.Url} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }

        double? first = null;
        await using Stream stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            // The events before the first token of a response say that it was created.
            bool isToken = item.EventType == SseParser.EventTypeDefault ? item.Data.Contains("\"content\"", StringComparison.Ordinal) : item.EventType.EndsWith(".delta", StringComparison.Ordinal);
            first ??= isToken ? Stopwatch.GetElapsedTime(since).TotalMilliseconds : null;
        }

        return first ?? throw new InferenceException(ErrorCode.InvalidRequest, $"The stream of {path} has no token.");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _node.DisposeAsync();
    }
}
