using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Models;

namespace OrleansInference.Api.Requests;

/// <summary>Reads JSON strings. Their escapes may contain half of a surrogate pair, which the library detects only when the string is read.</summary>
internal static class JsonText
{
    private const int ShownLength = 64;

    public static string Read(JsonElement element, string path)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new InferenceException(ErrorCode.InvalidRequest, $"'{path}' has an escape with half of a surrogate pair.", path, exception);
        }
    }

    public static string Name(JsonProperty property, string path)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new InferenceException(ErrorCode.InvalidRequest, $"A name in '{path}' has an escape with half of a surrogate pair.", path, exception);
        }
    }

    /// <summary>Describes a value, shortened for a message.</summary>
    public static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "the string " + Shorten(element.GetRawText()),
        JsonValueKind.Number => Shorten(element.GetRawText()),
        _ => element.GetRawText(),
    };

    /// <summary>Returns a copy that does not depend on the document. The recursion is bounded by the document's depth.</summary>
    public static JsonNode? ToNode(FieldValue value) => value.Kind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Object => ToObject(value),
        JsonValueKind.Array => new JsonArray([.. value.List(int.MaxValue, ToNode)]),
        JsonValueKind.String => JsonValue.Create(value.Text()),
        JsonValueKind.True or JsonValueKind.False => JsonValue.Create(value.Boolean()),
        _ => JsonValue.Create(value.Element.Clone()),
    };

    public static JsonObject ToObject(FieldValue value)
    {
        JsonObject copy = [];
        foreach ((string name, FieldValue member) in value.Members())
        {
            copy[name] = ToNode(member);
        }

        return copy;
    }

    public static string Shorten(string text) => text.Length <= ShownLength ? text : string.Concat(text.AsSpan(0, ShownLength), "…");
}
