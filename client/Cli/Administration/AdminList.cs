using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansInference.Cli.Administration;

/// <summary>Lists that a node answers in parts.</summary>
internal static class AdminList
{
    private const int PageSize = 1000;

    /// <summary>Reads all parts of a list.</summary>
    /// <param name="api">Client.</param>
    /// <param name="path">Path with its query, to which the place in the list is added.</param>
    /// <param name="id">Member of a record after which the next part begins.</param>
    /// <returns>All records.</returns>
    public static async Task<List<JsonElement>> ReadAsync(AdminApi api, string path, string id)
    {
        List<JsonElement> records = [];
        JsonElement part;
        do
        {
            string after = records.Count == 0 ? string.Empty : $"&after={Uri.EscapeDataString(AdminOutput.TextOf(records[^1], id))}";
            part = await api.SendAsync(HttpMethod.Get, $"{path}limit={PageSize}{after}");
            records.AddRange(part.GetProperty("data").EnumerateArray());
        }
        while (part.GetProperty("has_more").GetBoolean());
        return records;
    }

    /// <returns>The records as one document.</returns>
    public static JsonNode Describe(IEnumerable<JsonElement> records) => new JsonObject { ["data"] = new JsonArray([.. records.Select(static record => (JsonNode?)JsonObject.Create(record))]) };
}
