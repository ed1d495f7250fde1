using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Api.Storage;

namespace OrleansInference.Api.Items;

/// <summary>Part of a list of items.</summary>
/// <param name="Object">Always <c>list</c>.</param>
/// <param name="Data">Items in the requested order.</param>
/// <param name="FirstId">Id of the first item; null if there is none.</param>
/// <param name="LastId">Id of the last item, after which the next part begins; null if there is none.</param>
/// <param name="HasMore">Whether items follow.</param>
internal sealed record ItemList(string Object, IReadOnlyList<JsonNode> Data, string? FirstId, string? LastId, bool HasMore)
{
    /// <summary>Creates the list of items of which one more than the limit was read, if there is one.</summary>
    public static ItemList Of(IReadOnlyList<StoredItem> items, int limit)
    {
        StoredItem[] shown = [.. items.Take(limit)];
        return new("list", [.. shown.Select(static item => JsonNode.Parse(item.Json)!)], shown.FirstOrDefault()?.Id, shown.LastOrDefault()?.Id, items.Count > limit);
    }

    /// <summary>Returns items in the form in which they are stored.</summary>
    public static StoredItem[] Stored(IEnumerable<JsonObject> items) => [.. items.Select(static item => new StoredItem(item["id"]!.GetValue<string>(), Text(item)))];

    /// <summary>Reads stored items.</summary>
    public static IEnumerable<JsonObject> Parse(string array) => JsonNode.Parse(array)!.AsArray().Select(static item => item!.AsObject());

    /// <summary>Writes JSON without escaping letters, to store it.</summary>
    public static string Text(JsonNode node)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            node.WriteTo(json);
        }

        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
