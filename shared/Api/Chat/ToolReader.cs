using System.Text.Json.Nodes;
using OrleansInference.Api.Requests;

namespace OrleansInference.Api.Chat;

/// <summary>Reads tools and the calls to them. The chat template receives both unchanged.</summary>
internal static class ToolReader
{
    private const int MaxCalls = 256;
    private const int NameLength = 256;

    public static FieldTable<JsonObject> Tool { get; } = new("Tool",
    [
        RequestField.Of<JsonObject>("type", "string", ReadType, "Only \"function\" is accepted.", required: true),
        RequestField.Of<JsonObject>("function", "object", (tool, value) => tool["function"] = Read(ToolFunction!, value), "The function.", required: true),
    ]);

    private static readonly FieldTable<JsonObject> ToolFunction = new("ToolFunction",
    [
        RequestField.Of<JsonObject>("name", "string", (function, value) => function["name"] = value.Text(NameLength), "The function's name.", required: true),
        RequestField.Of<JsonObject>("description", "string", (function, value) => function["description"] = value.Text(), "What the function does."),
        RequestField.Of<JsonObject>("parameters", "object", (function, value) => function["parameters"] = JsonText.ToObject(value), "JSON Schema of the function's arguments."),
        RequestField.Fixed<JsonObject>("strict", "boolean", "false"),
    ]);

    public static FieldTable<JsonObject> Call { get; } = new("ToolCall",
    [
        RequestField.Of<JsonObject>("id", "string", (call, value) => call["id"] = value.Text(NameLength), "The call's id."),
        RequestField.Of<JsonObject>("type", "string", ReadType, "Only \"function\" is accepted.", required: true),
        RequestField.Of<JsonObject>("function", "object", (call, value) => call["function"] = Read(CallFunction!, value), "The function and its arguments.", required: true),
        RequestField.Integer<JsonObject>("index", 0, MaxCalls, static (_, _) => { }, "Position of the call."),
    ]);

    private static readonly FieldTable<JsonObject> CallFunction = new("ToolCallFunction",
    [
        RequestField.Of<JsonObject>("name", "string", (function, value) => function["name"] = value.Text(NameLength), "The function's name.", required: true),
        RequestField.Of<JsonObject>("arguments", "string", (function, value) => function["arguments"] = value.Text(), "The function's arguments as JSON text.", required: true),
    ]);

    public static JsonNode ReadTool(FieldValue value) => Read(Tool, value);

    public static JsonArray ReadCalls(FieldValue value) => new([.. value.List(MaxCalls, JsonNode (call) => Read(Call, call))]);

    private static JsonObject Read(FieldTable<JsonObject> table, FieldValue value)
    {
        JsonObject result = [];
        table.Read(value, result);
        return result;
    }

    private static void ReadType(JsonObject target, FieldValue value)
    {
        if (value.Text(NameLength) != "function")
            throw value.Unsupported($"'{value.Path}' is {JsonText.Describe(value.Element)}, but only \"function\" is supported.");
        target["type"] = "function";
    }
}
