using System.Text;
using System.Text.Json.Nodes;
using OrleansInference.Models;
using OrleansInference.Text.Templates;

namespace OrleansInference.ApiTests.Scripted;

/// <summary>Renders <c>[role]content</c> for each message, the tools' names first; knows the roles system, user, assistant and tool.</summary>
internal sealed class RoleTemplate : IChatTemplate
{
    public string Render(JsonObject variables)
    {
        if (variables["fail"] is not null)
            throw new InferenceException(ErrorCode.InvalidTemplate, "The chat template raised an error: asked to fail.");
        StringBuilder text = new("<bos>");
        foreach (JsonNode? tool in variables["tools"] as JsonArray ?? [])
        {
            text.Append("[tool:").Append(tool!["function"]!["name"]).Append(']');
        }

        foreach (JsonNode? message in variables["messages"]!.AsArray())
        {
            string role = message!["role"]!.GetValue<string>();
            if (role == "developer")
                continue;
            text.Append('[').Append(role).Append(']').Append(message["reasoning_content"]).Append(message["content"]).Append(message["tool_calls"]?.ToJsonString()).Append("<eos>");
        }

        if (variables["add_generation_prompt"]!.GetValue<bool>())
            text.Append("[assistant]");
        if (variables["open_thinking"] is JsonValue open && open.GetValue<bool>())
            text.Append("<think>\n");
        return text.ToString();
    }
}
