using System.Text.Json.Nodes;
using OrleansInference.Api.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Chat;

/// <summary>Fields of every request that contains a conversation.</summary>
internal static class ConversationFieldTable
{
    private static readonly string[] OwnNames = ["messages", "tools", "add_generation_prompt"];

    /// <param name="required">Whether the request must contain a conversation.</param>
    public static IEnumerable<IRequestField<IConversation>> Fields(bool required) =>
    [
        RequestField.Of<IConversation>("messages", "array", ReadMessages, "The conversation.", required, MessageReader.Table),
        RequestField.Of<IConversation>("tools", "array", ReadTools, "Tools that the chat template shows to the model.", items: ToolReader.Tool),
        RequestField.Boolean<IConversation>("add_generation_prompt", (request, value) => request.AddGenerationPrompt = value, "Appends the start of an answer to the prompt."),
        RequestField.Boolean<IConversation>("continue_final_message", (request, value) => request.ContinueFinalMessage = value, "Continues the last message."),
        RequestField.Of<IConversation>("chat_template_kwargs", "object", ReadTemplateVariables, "Additional variables of the chat template."),
        RequestField.Fixed<IConversation>("documents", "array"),
        RequestField.Fixed<IConversation>("chat_template", "string"),
    ];

    /// <summary>Checks the rules that concern several fields.</summary>
    public static void Check(IConversation request)
    {
        if (request.Messages.Count == 0)
            throw new InferenceException(ErrorCode.InvalidRequest, "'messages' is required and must have at least one message.", "messages");
        if (request is { ContinueFinalMessage: true, AddGenerationPrompt: true })
            throw new InferenceException(ErrorCode.InvalidRequest, "'continue_final_message' is not accepted when 'add_generation_prompt' is true.", "continue_final_message");
    }

    private static void ReadMessages(IConversation request, FieldValue value) =>
        request.Messages = new JsonArray([.. value.List(request.Limits.MaxMessages, MessageReader.Read)]);

    private static void ReadTools(IConversation request, FieldValue value)
    {
        JsonNode[] tools = [.. value.List(request.Limits.MaxTools, ToolReader.ReadTool)];
        request.Tools = tools.Length == 0 ? null : new JsonArray(tools);
    }

    private static void ReadTemplateVariables(IConversation request, FieldValue value)
    {
        foreach ((string name, FieldValue member) in value.Members())
        {
            if (OwnNames.Contains(name))
                throw member.Invalid($"'{member.Path}' must be a field '{name}' of the request itself.");
        }

        request.TemplateVariables = JsonText.ToObject(value);
    }
}
