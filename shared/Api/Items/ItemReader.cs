using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Api.Requests;

namespace OrleansInference.Api.Items;

/// <summary>Reads the items of a request into the form in which they are kept and listed. Every item gets a new id, because a client may send the same one twice.</summary>
internal sealed class ItemReader(TimeProvider time)
{
    private const int MaxParts = 4096;
    private const int NameLength = 256;

    private static readonly FieldTable<JsonObject> MessageTable = new("InputMessage",
    [
        RequestField.Label<JsonObject>("type", NameLength),
        RequestField.Label<JsonObject>("id", NameLength),
        RequestField.Label<JsonObject>("status", NameLength),
        RequestField.Label<JsonObject>("phase", NameLength),
        RequestField.Of<JsonObject>("role", "string", ReadRole, "user, assistant, system or developer.", required: true),
        RequestField.Of<JsonObject>("content", "string|array", static (item, value) => item["content"] = ReadContent(value, item["role"]?.GetValue<string>() == "assistant" ? "output_text" : "input_text"), "Text, or an array of text parts.", required: true),
    ]);

    private static readonly FieldTable<JsonObject> CallTable = new("FunctionCall",
    [
        RequestField.Label<JsonObject>("type", NameLength),
        RequestField.Label<JsonObject>("id", NameLength),
        RequestField.Label<JsonObject>("status", NameLength),
        RequestField.Of<JsonObject>("call_id", "string", static (item, value) => item["call_id"] = value.Text(NameLength), "Id of the call.", required: true),
        RequestField.Of<JsonObject>("name", "string", static (item, value) => item["name"] = value.Text(NameLength), "The function's name.", required: true),
        RequestField.Of<JsonObject>("arguments", "string", static (item, value) => item["arguments"] = value.Text(), "The function's arguments as JSON text.", required: true),
        RequestField.Fixed<JsonObject>("namespace", "string"),
        RequestField.Fixed<JsonObject>("caller", "object"),
    ]);

    private static readonly FieldTable<JsonObject> CallOutputTable = new("FunctionCallOutput",
    [
        RequestField.Label<JsonObject>("type", NameLength),
        RequestField.Label<JsonObject>("id", NameLength),
        RequestField.Label<JsonObject>("status", NameLength),
        RequestField.Of<JsonObject>("call_id", "string", static (item, value) => item["call_id"] = value.Text(NameLength), "Id of the call that it answers.", required: true),
        RequestField.Of<JsonObject>("output", "string|array", static (item, value) => item["output"] = value.Kind is JsonValueKind.String ? value.Text() : ReadContent(value, "input_text"), "Result of the function.", required: true),
        RequestField.Fixed<JsonObject>("caller", "object"),
    ]);

    private static readonly FieldTable<JsonObject> ReasoningTable = new("ReasoningItem",
    [
        RequestField.Label<JsonObject>("type", NameLength),
        RequestField.Label<JsonObject>("id", NameLength),
        RequestField.Label<JsonObject>("status", NameLength),
        RequestField.Of<JsonObject>("summary", "array", static (item, value) => item["summary"] = ReadParts(value, "summary_text"), "Summary of the reasoning."),
        RequestField.Of<JsonObject>("content", "array", static (item, value) => item["content"] = ReadParts(value, "reasoning_text"), "The reasoning."),
        RequestField.Fixed<JsonObject>("encrypted_content", "string"),
    ]);

    private static readonly FieldTable<JsonObject> PartTable = new("TextPart",
    [
        RequestField.Label<JsonObject>("type", NameLength),
        RequestField.Of<JsonObject>("text", "string", static (part, value) => part["text"] = value.Text(), "The text.", required: true),
        RequestField.Of<JsonObject>("annotations", "array", static (_, value) => value.ArrayLength(0), "Only an empty array is accepted."),
        RequestField.Of<JsonObject>("logprobs", "array", static (_, value) => value.ArrayLength(int.MaxValue), "Ignored."),
    ]);

    /// <summary>Fields of an item of any type, for the OpenAPI document.</summary>
    public static FieldTable<JsonObject> Table { get; } = new("InputItem",
    [
        RequestField.Of<JsonObject>("type", "string", static (_, _) => { }, "message, function_call, function_call_output or reasoning; a message by default."),
        .. MessageTable.Own("role", "content"),
        .. CallTable.Own("id", "status", "call_id", "name", "arguments"),
        .. CallOutputTable.Own("output"),
        .. ReasoningTable.Own("summary"),
    ]);

    /// <summary>Reads an item.</summary>
    public JsonObject Read(FieldValue value)
    {
        string type = value.Kind is JsonValueKind.Object && value.Element.TryGetProperty("type", out JsonElement given) && given.ValueKind is not JsonValueKind.Null
            ? new FieldValue(given, $"{value.Path}.type").Text(NameLength)
            : "message";
        return type switch
        {
            "message" => Read(value, MessageTable, type, ItemId.Message),
            "function_call" => Read(value, CallTable, type, ItemId.Call),
            "function_call_output" => Read(value, CallOutputTable, type, ItemId.CallOutput),
            "reasoning" => Read(value, ReasoningTable, type, ItemId.Reasoning),
            _ => throw new FieldValue(value.Element, $"{value.Path}.type").Unsupported(
                $"'{value.Path}.type' is '{JsonText.Shorten(type)}', but only 'message', 'function_call', 'function_call_output' and 'reasoning' are supported."),
        };
    }

    /// <summary>Creates the item of a plain text: a message of the user.</summary>
    public JsonObject Text(string text) => new()
    {
        ["id"] = ItemId.New(ItemId.Message, time),
        ["type"] = "message",
        ["status"] = "completed",
        ["role"] = "user",
        ["content"] = new JsonArray(Part("input_text", text)),
    };

    private JsonObject Read(FieldValue value, FieldTable<JsonObject> table, string type, string prefix)
    {
        JsonObject fields = [];
        if (type == "message" && value.Kind is JsonValueKind.Object && value.Element.TryGetProperty("role", out JsonElement role) && role.ValueKind is not JsonValueKind.Null)
            ReadRole(fields, new FieldValue(role, $"{value.Path}.role")); // decides the type of the content's parts
        table.Read(value, fields);
        JsonObject item = new() { ["id"] = ItemId.New(prefix, time), ["type"] = type, ["status"] = "completed" };
        if (type == "reasoning")
            item["summary"] = new JsonArray();
        foreach ((string name, JsonNode? field) in fields)
        {
            item[name] = field?.DeepClone();
        }

        return item;
    }

    private static void ReadRole(JsonObject item, FieldValue value)
    {
        string role = value.Text(NameLength);
        if (role is not ("user" or "assistant" or "system" or "developer"))
            value.Refuse<string>("one of 'user', 'assistant', 'system', 'developer'");
        item["role"] = role;
    }

    private static JsonArray ReadContent(FieldValue value, string type) => value.Kind switch
    {
        JsonValueKind.String => new JsonArray(Part(type, value.Text())),
        JsonValueKind.Array => ReadParts(value, type),
        _ => value.Refuse<JsonArray>("a string or an array of text parts"),
    };

    private static JsonArray ReadParts(FieldValue value, string type) => new([.. value.List(MaxParts, JsonNode (part) => ReadPart(part, type))]);

    private static JsonObject ReadPart(FieldValue value, string type)
    {
        if (value.Kind is JsonValueKind.Object && value.Element.TryGetProperty("type", out JsonElement given))
        {
            FieldValue found = new(given, $"{value.Path}.type");
            if (found.Text(NameLength) is not ("input_text" or "output_text" or "text" or "summary_text" or "reasoning_text"))
                throw found.Unsupported($"'{found.Path}' is {JsonText.Describe(given)}, but only text is supported.");
        }

        JsonObject part = [];
        PartTable.Read(value, part);
        return Part(type, part["text"]!.GetValue<string>());
    }

    private static JsonObject Part(string type, string text) => type == "output_text"
        ? new() { ["type"] = type, ["text"] = text, ["annotations"] = new JsonArray(), ["logprobs"] = new JsonArray() }
        : new() { ["type"] = type, ["text"] = text };
}
