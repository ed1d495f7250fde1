using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Api.Requests;

namespace OrleansInference.Api.Chat;

/// <summary>Converts a message to the form that chat templates expect: <c>content</c> is one string, regardless of the form in which it was sent.</summary>
internal static class MessageReader
{
    private const int NameLength = 256;

    private static readonly FieldTable<JsonObject> PartTable = new("ChatMessagePart",
    [
        RequestField.Of<JsonObject>("type", "string", ReadPartType, "Only \"text\" is accepted.", required: true),
        RequestField.Of<JsonObject>("text", "string", (part, value) => part["text"] = value.Text(), "The text.", required: true),
    ]);

    public static FieldTable<JsonObject> Table { get; } = new("ChatRequestMessage",
    [
        RequestField.Of<JsonObject>("role", "string", ReadRole, "system, developer, user, assistant or tool.", required: true),
        RequestField.Of<JsonObject>("content", "string|array", (message, value) => message["content"] = ReadContent(value), "Text, or an array of text parts.", items: PartTable),
        RequestField.Of<JsonObject>("name", "string", (message, value) => message["name"] = value.Text(NameLength), "Name of the author."),
        RequestField.Of<JsonObject>("reasoning_content", "string", (message, value) => message["reasoning_content"] = value.Text(), "Reasoning of an earlier answer."),
        RequestField.Of<JsonObject>("tool_calls", "array", (message, value) => message["tool_calls"] = ToolReader.ReadCalls(value), "Calls that the assistant made.", items: ToolReader.Call),
        RequestField.Of<JsonObject>("tool_call_id", "string", (message, value) => message["tool_call_id"] = value.Text(NameLength), "Id of the call that a tool's message answers."),
        RequestField.Fixed<JsonObject>("refusal", "string"),
        RequestField.Fixed<JsonObject>("audio", "object"),
        RequestField.Fixed<JsonObject>("function_call", "object"),
        RequestField.Of<JsonObject>("annotations", "array", ReadAnnotations, "Only an empty array is accepted."),
    ]);

    public static JsonNode Read(FieldValue value)
    {
        JsonObject message = [];
        Table.Read(value, message);
        string role = message["role"]!.GetValue<string>();
        if (role != "assistant")
        {
            Require(value, message.ContainsKey("content"), "content", role);
            Forbid(value, message, "tool_calls", role);
            Forbid(value, message, "reasoning_content", role);
        }
        else
        {
            Require(value, message.ContainsKey("content") || message.ContainsKey("tool_calls"), "content", role);
            message.TryAdd("content", null);
        }

        if (role != "tool")
            Forbid(value, message, "tool_call_id", role);
        return message;
    }

    private static void ReadRole(JsonObject message, FieldValue value)
    {
        string role = value.Text(NameLength);
        if (role is not ("system" or "developer" or "user" or "assistant" or "tool"))
            value.Refuse<string>("one of 'system', 'developer', 'user', 'assistant', 'tool'");
        message["role"] = role;
    }

    private static string ReadContent(FieldValue value)
    {
        if (value.Kind is JsonValueKind.String)
            return value.Text();
        if (value.Kind is not JsonValueKind.Array)
            return value.Refuse<string>("a string or an array of text parts");
        return string.Join('\n', value.List(int.MaxValue, ReadPart));
    }

    private static string ReadPart(FieldValue value)
    {
        if (value.Kind is JsonValueKind.Object && value.Element.TryGetProperty("type", out JsonElement type))
            ReadPartType([], new FieldValue(type, value.Path + ".type"));
        JsonObject part = [];
        PartTable.Read(value, part);
        return part["text"]!.GetValue<string>();
    }

    private static void ReadPartType(JsonObject part, FieldValue value)
    {
        string type = value.Text(NameLength);
        if (type != "text")
            throw value.Unsupported($"'{value.Path}' is {JsonText.Describe(value.Element)}, but only \"text\" is supported.");
    }

    private static void ReadAnnotations(JsonObject message, FieldValue value)
    {
        if (value.ArrayLength(int.MaxValue) > 0)
            throw value.Unsupported($"'{value.Path}' supports only an empty array.");
    }

    private static void Require(FieldValue value, bool present, string name, string role)
    {
        if (!present)
            throw new FieldValue(value.Element, $"{value.Path}.{name}").Invalid($"'{value.Path}.{name}' is required in a message of the role '{role}'.");
    }

    private static void Forbid(FieldValue value, JsonObject message, string name, string role)
    {
        if (message.ContainsKey(name))
            throw new FieldValue(value.Element, $"{value.Path}.{name}").Invalid($"'{value.Path}.{name}' is not accepted in a message of the role '{role}'.");
    }
}
