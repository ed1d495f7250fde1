using System.Text.Json;
using OrleansInference.Cli.Administration;
using OrleansInference.Cli.Connection;

namespace OrleansInference.Cli.Cluster;

/// <summary>Client for a node's cluster administration.</summary>
/// <param name="server">Address of any node.</param>
/// <param name="key">Administrator key, if the node requires one.</param>
/// <param name="connection">Certificates of the connection; those of the system by default.</param>
public sealed class ClusterApi(Uri server, string? key, ServerConnection? connection = null) : IDisposable
{
    private const string Path = "/admin/cluster";

    private readonly AdminApi _api = new(server, key, connection);

    /// <summary>Returns the status document of the node.</summary>
    /// <inheritdoc cref="AdminApi.SendAsync" path="/exception"/>
    public Task<JsonElement> ReadDocumentAsync() => _api.SendAsync(HttpMethod.Get, Path);

    /// <inheritdoc cref="ReadDocumentAsync"/>
    public async Task<ClusterStatus> ReadAsync() => ClusterStatus.Read(await ReadDocumentAsync());

    /// <summary>Asks a node to hand over and stop. Returns when the node has accepted.</summary>
    /// <inheritdoc cref="ReadDocumentAsync" path="/exception"/>
    public Task DrainAsync(string node) => _api.SendAsync(HttpMethod.Post, $"{Path}/nodes/{Uri.EscapeDataString(node)}/drain");

    public void Dispose() => _api.Dispose();
}
