using System.Text.Json.Nodes;

namespace OrleansInference.Api.Items;

/// <summary>Converts items to the messages that chat templates expect.</summary>
internal static class ItemMessages
{
    /// <param name="instructions">Text of a system message before the items; null without one.</param>
    /// <param name="items">The items.</param>
    public static JsonArray From(string? instructions, IEnumerable<JsonObject> items)
    {
        JsonArray messages = [];
        if (instructions is not null)
            messages.Add(new JsonObject { ["role"] = "system", ["content"] = instructions });
        string? reasoning = null; // belongs to the assistant's next message
        foreach (JsonObject item in items)
        {
            string type = item["type"]!.GetValue<string>();
            if (type == "reasoning")
            {
                reasoning = TextOf(item["content"]) is { Length: > 0 } text ? text : null;
                continue;
            }

            Add(messages, item, type, reasoning);
            reasoning = null;
        }

        return messages;
    }

    private static void Add(JsonArray messages, JsonObject item, string type, string? reasoning)
    {
        switch (type)
        {
            case "function_call_output":
                messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = item["call_id"]!.GetValue<string>(), ["content"] = TextOf(item["output"]) });
                break;
            case "function_call":
                Assistant(messages, reasoning)["tool_calls"]!.AsArray().Add(new JsonObject
                {
                    ["id"] = item["call_id"]!.GetValue<string>(),
                    ["type"] = "function",
                    ["function"] = new JsonObject { ["name"] = item["name"]!.GetValue<string>(), ["arguments"] = item["arguments"]!.GetValue<string>() },
                });
                break;
            default:
                JsonObject message = new() { ["role"] = item["role"]!.GetValue<string>(), ["content"] = TextOf(item["content"]) };
                if (reasoning is not null && message["role"]!.GetValue<string>() == "assistant")
                    message["reasoning_content"] = reasoning;
                messages.Add(message);
                break;
        }
    }

    /// <summary>Returns the assistant's message that receives a call: the last message, or a new one.</summary>
    private static JsonObject Assistant(JsonArray messages, string? reasoning)
    {
        if (messages.LastOrDefault() is not JsonObject last || last["role"]!.GetValue<string>() != "assistant")
            messages.Add(last = new JsonObject { ["role"] = "assistant", ["content"] = null });
        if (reasoning is not null)
            last["reasoning_content"] = reasoning;
        if (last["tool_calls"] is null)
            last["tool_calls"] = new JsonArray();
        return last;
    }

    private static string TextOf(JsonNode? content) => content is JsonArray parts
        ? string.Join('\n', parts.Select(static part => part!["text"]!.GetValue<string>()))
        : content?.GetValue<string>() ?? string.Empty;
}
