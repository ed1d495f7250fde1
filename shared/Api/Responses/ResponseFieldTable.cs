using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Api.Generation;
using OrleansInference.Api.Items;
using OrleansInference.Api.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Responses;

/// <summary>Fields of a request for a response.</summary>
internal sealed class ResponseFieldTable(ItemReader items)
{
    private const int IdLength = 128;
    private const int LabelLength = 512;
    private const int NameLength = 256;

    private static readonly string[] Shared = ["model", "stream", "temperature", "top_p", "top_k", "min_p", "repetition_penalty", "presence_penalty", "frequency_penalty", "seed", "min_tokens", "ignore_eos", "priority"];

    private static readonly FieldTable<ResponseRequest> ReasoningTable = new("ReasoningOptions",
    [
        RequestField.Fixed<ResponseRequest>("effort", "string", "\"medium\""),
        RequestField.Fixed<ResponseRequest>("summary", "string"),
        RequestField.Fixed<ResponseRequest>("generate_summary", "string"),
    ]);

    private static readonly FieldTable<ResponseRequest> FormatTable = new("TextFormat",
    [
        RequestField.Fixed<ResponseRequest>("type", "string", "\"text\""),
    ]);

    private static readonly FieldTable<ResponseRequest> TextTable = new("TextOptions",
    [
        RequestField.Of<ResponseRequest>("format", "object", static (request, value) => FormatTable.Read(value, request), "Only the type \"text\" is accepted."),
        RequestField.Fixed<ResponseRequest>("verbosity", "string", "\"medium\""),
    ]);

    private static readonly FieldTable<ResponseRequest> StreamTable = new("ResponseStreamOptions",
    [
        RequestField.Fixed<ResponseRequest>("include_obfuscation", "boolean", "false"),
    ]);

    private static readonly FieldTable<ResponseRequest> ConversationTable = new("ConversationReference",
    [
        RequestField.Of<ResponseRequest>("id", "string", static (request, value) => request.Conversation = value.Text(IdLength), "Id of the conversation.", required: true),
    ]);

    private static readonly FieldTable<JsonObject> ToolTable = new("FunctionTool",
    [
        RequestField.Of<JsonObject>("type", "string", ReadToolType, "Only \"function\" is accepted.", required: true),
        RequestField.Of<JsonObject>("name", "string", static (tool, value) => tool["name"] = value.Text(NameLength), "The function's name.", required: true),
        RequestField.Of<JsonObject>("description", "string", static (tool, value) => tool["description"] = value.Text(), "What the function does."),
        RequestField.Of<JsonObject>("parameters", "object", static (tool, value) => tool["parameters"] = JsonText.ToObject(value), "JSON Schema of the function's arguments."),
        RequestField.Fixed<JsonObject>("strict", "boolean", "false"),
    ]);

    public FieldTable<ResponseRequest> Table { get; } = new("ResponseRequest",
    [
        .. GenerationFieldTable.Fields.Where(static field => Shared.Contains(field.Name)),
        RequestField.Of<ResponseRequest>("input", "string|array", (request, value) => ReadInput(request, value, items), "A text, or an array of items.", items: ItemReader.Table),
        RequestField.Of<ResponseRequest>("instructions", "string", static (request, value) => request.Instructions = value.Text(), "System message of this response. Responses that continue it do not inherit it."),
        RequestField.Of<ResponseRequest>("previous_response_id", "string", static (request, value) => request.Previous = value.Text(IdLength), "Stored response that this one continues."),
        RequestField.Of<ResponseRequest>("conversation", "string|object", ReadConversation, "Conversation that this response continues, and to which its items are added."),
        RequestField.Integer<ResponseRequest>("max_output_tokens", 1, int.MaxValue, static (request, value) => request.MaxTokens = value, "Maximum tokens to generate, including reasoning."),
        RequestField.Boolean<ResponseRequest>("store", static (request, value) => request.Store = value, "Keeps the response for later requests. The default is true."),
        RequestField.Boolean<ResponseRequest>("background", static (request, value) => request.Background = value, "Generates the response without a client. Requires store."),
        RequestField.Of<ResponseRequest>("metadata", "object", static (request, value) => request.Metadata = Metadata.Read(value), "Labels, which do not change the answer."),
        RequestField.Of<ResponseRequest>("truncation", "string", ReadTruncation, "\"auto\" leaves out the oldest items if the context is too short; \"disabled\" refuses the request."),
        RequestField.Of<ResponseRequest>("tools", "array", ReadTools, "Functions that the chat template shows to the model.", items: ToolTable),
        RequestField.Of<ResponseRequest>("tool_choice", "string", ReadToolChoice, "\"auto\", or \"none\" to hide the functions from the model."),
        RequestField.Of<ResponseRequest>("reasoning", "object", static (request, value) => ReasoningTable.Read(value, request), "Only the defaults are accepted."),
        RequestField.Of<ResponseRequest>("text", "object", static (request, value) => TextTable.Read(value, request), "Only the format \"text\" is accepted."),
        RequestField.Of<ResponseRequest>("stream_options", "object", static (request, value) => StreamTable.Read(value, request), "Options of the stream."),
        RequestField.Of<ResponseRequest>("include", "array", ReadInclude, "Only an empty array is accepted."),
        RequestField.Of<ResponseRequest>("user", "string", static (request, value) => request.User = value.Text(LabelLength), "The end user, for the audit log. It does not change the answer."),
        RequestField.Of<ResponseRequest>("safety_identifier", "string", static (request, value) => request.SafetyIdentifier = value.Text(LabelLength), "A label, which does not change the answer."),
        RequestField.Of<ResponseRequest>("prompt_cache_key", "string", static (request, value) => request.PromptCacheKey = value.Text(LabelLength), "A label, which does not change the answer."),
        RequestField.Fixed<ResponseRequest>("parallel_tool_calls", "boolean", "true"),
        RequestField.Fixed<ResponseRequest>("max_tool_calls", "integer"),
        RequestField.Fixed<ResponseRequest>("top_logprobs", "integer", "0"),
        RequestField.Fixed<ResponseRequest>("service_tier", "string", "\"auto\"", "\"default\""),
        RequestField.Fixed<ResponseRequest>("prompt", "object"),
        RequestField.Fixed<ResponseRequest>("prompt_cache_retention", "string"),
        RequestField.Fixed<ResponseRequest>("prompt_cache_options", "object"),
        RequestField.Fixed<ResponseRequest>("context_management", "array"),
        RequestField.Fixed<ResponseRequest>("moderation", "object"),
    ]);

    public ResponseRequest Read(JsonElement root, ApiOptions limits)
    {
        ResponseRequest request = new(limits);
        Table.Read(new FieldValue(root, string.Empty), request);
        GenerationFieldTable.Check(request);
        if (request.InputText is { } text)
            request.Items = [items.Text(text)];
        if (request.Items.Count == 0 && request.Previous is null && request.Conversation is null)
            throw Invalid("'input' is required and must have at least one item, unless the request continues a response or a conversation.", "input");
        if (request is { Previous: not null, Conversation: not null })
            throw Invalid("'conversation' is not accepted together with 'previous_response_id'.", "conversation");
        if (request is { Background: true, Store: false })
            throw Invalid("'background' is only accepted when 'store' is true.", "background");
        request.Tools = request.UsesTools && request.ToolFields.Count > 0 ? new JsonArray([.. request.ToolFields.Select(ChatTool)]) : null;
        return request;
    }

    private static void ReadInput(ResponseRequest request, FieldValue value, ItemReader items)
    {
        if (value.Kind is JsonValueKind.String)
            request.InputText = value.Text();
        else if (value.Kind is JsonValueKind.Array)
            request.Items = value.List(request.Limits.MaxMessages, items.Read);
        else
            value.Refuse<string>("a string or an array of items");
    }

    private static void ReadConversation(ResponseRequest request, FieldValue value)
    {
        if (value.Kind is JsonValueKind.Object)
            ConversationTable.Read(value, request);
        else
            request.Conversation = value.Text(IdLength);
    }

    private static void ReadTruncation(ResponseRequest request, FieldValue value) => request.Truncates = value.Text(NameLength) switch
    {
        "auto" => true,
        "disabled" => false,
        _ => value.Refuse<bool>("'auto' or 'disabled'"),
    };

    private static void ReadToolChoice(ResponseRequest request, FieldValue value)
    {
        if (value.Kind is not JsonValueKind.String || value.Text(NameLength) is not ("auto" or "none"))
            throw value.Unsupported($"'{value.Path}' is {JsonText.Describe(value.Element)}, but only \"auto\" or \"none\" is supported.");
        request.UsesTools = value.Text() == "auto";
    }

    private static void ReadInclude(ResponseRequest request, FieldValue value)
    {
        if (value.ArrayLength(int.MaxValue) > 0)
            throw value.Unsupported($"'{value.Path}' supports only an empty array.");
    }

    private static void ReadTools(ResponseRequest request, FieldValue value) => request.ToolFields = value.List(request.Limits.MaxTools, JsonNode (tool) =>
    {
        if (tool.Kind is JsonValueKind.Object && tool.Element.TryGetProperty("type", out JsonElement type))
            ReadToolType([], new FieldValue(type, $"{tool.Path}.type")); // a hosted tool is refused by its type, not by its first field
        JsonObject read = new() { ["type"] = "function", ["name"] = null, ["description"] = null, ["parameters"] = null, ["strict"] = false };
        ToolTable.Read(tool, read);
        return read;
    });

    private static void ReadToolType(JsonObject tool, FieldValue value)
    {
        if (value.Text(NameLength) != "function")
            throw value.Unsupported($"'{value.Path}' is {JsonText.Describe(value.Element)}, but only \"function\" is supported.");
    }

    /// <summary>Converts a tool to the form of chats, in which templates show it.</summary>
    private static JsonNode ChatTool(JsonNode tool)
    {
        JsonObject function = new() { ["name"] = tool["name"]!.GetValue<string>() };
        foreach (string name in (string[])["description", "parameters"])
        {
            if (tool[name] is { } field)
                function[name] = field.DeepClone();
        }

        return new JsonObject { ["type"] = "function", ["function"] = function };
    }

    private static InferenceException Invalid(string message, string field) => new(ErrorCode.InvalidRequest, message, field);
}
