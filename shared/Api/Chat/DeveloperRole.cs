using System.Text.Json.Nodes;
using OrleansInference.Models;
using OrleansInference.Text.Templates;

namespace OrleansInference.Api.Chat;

/// <summary>OpenAI's newer name for the role <c>system</c>, which few templates support.</summary>
internal static class DeveloperRole
{
    private const string Role = "developer";
    private const string Mark = "a-text-to-look-for";

    /// <summary>Returns whether the template shows a developer's message, but not a message of an unknown role.</summary>
    public static bool IsKnown(IChatTemplate template) => Shows(template, Role) && !Shows(template, "role-of-nobody");

    public static void MakeSystem(JsonArray messages)
    {
        foreach (JsonNode? message in messages)
        {
            if (message!["role"]!.GetValue<string>() == Role)
                message["role"] = "system";
        }
    }

    private static bool Shows(IChatTemplate template, string role)
    {
        JsonObject variables = new()
        {
            ["messages"] = new JsonArray(
                new JsonObject { ["role"] = role, ["content"] = Mark },
                new JsonObject { ["role"] = "user", ["content"] = "Hello" }),
            ["add_generation_prompt"] = true,
        };
        try
        {
            return template.Render(variables).Contains(Mark, StringComparison.Ordinal);
        }
        catch (InferenceException exception) when (exception.Code is ErrorCode.InvalidTemplate)
        {
            return false;
        }
    }
}
