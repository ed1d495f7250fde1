using System.Text.Json.Nodes;
using OrleansInference.Api.Responses;
using OrleansInference.Api.Storage;

namespace OrleansInference.Api.Administration;

/// <summary>A conversation or response, for administrators.</summary>
/// <param name="Id">Id of the conversation or response.</param>
/// <param name="Kind"><c>conversation</c> or <c>response</c>.</param>
/// <param name="Tenant">Tenant that created it.</param>
/// <param name="CreatedAt">Time of creation.</param>
/// <param name="ExpiresAt">Time after which it is deleted; null for never.</param>
/// <param name="Items">Number of items.</param>
internal sealed record SessionReport(string Id, string Kind, string Tenant, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, int Items)
{
    public const string Conversation = "conversation";
    public const string Response = "response";

    public static SessionReport Of(string kind, string tenant, StoredSession stored) =>
        new(stored.Id, kind, tenant, stored.CreatedAt, stored.ExpiresAt == DateTimeOffset.MaxValue ? null : stored.ExpiresAt, stored.Items);
}

/// <summary>Part of a list of sessions. If <paramref name="HasMore"/>, the next part comes after the last one.</summary>
internal sealed record SessionList(string Object, IReadOnlyList<SessionReport> Data, bool HasMore);

/// <summary>A session that was deleted.</summary>
internal sealed record SessionDeletion(string Id, string Kind, bool Deleted);

/// <summary>Everything that the server keeps of a response for its clients.</summary>
/// <param name="Object">Always <c>response.export</c>.</param>
/// <param name="ExportedAt">Unix time in seconds.</param>
/// <param name="Response">The response in its present state.</param>
/// <param name="Input">Items of its request.</param>
internal sealed record ResponseExport(string Object, long ExportedAt, ResponseDocument Response, IReadOnlyList<JsonNode> Input);
