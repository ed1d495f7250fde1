using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Models;
using OrleansInference.Text;
using OrleansInference.Text.Templates;

namespace OrleansInference.Api.Chat;

/// <summary>Renders a conversation into the prompt's text with the model's chat template.</summary>
internal sealed class ChatPrompt(string model, ModelText modelText)
{
    private const string Open = "<think>";
    private const string Close = "</think>";

    private readonly Lazy<bool> _hasDeveloperRole = new(() => DeveloperRole.IsKnown(modelText.ChatTemplate!));

    public string Render(IConversation conversation)
    {
        if (modelText.ChatTemplate is not { } template)
            throw new InferenceException(ErrorCode.InvalidRequest, $"The model '{model}' has no chat template; use /v1/completions.", "messages");
        if (!_hasDeveloperRole.Value)
            DeveloperRole.MakeSystem(conversation.Messages);
        string text = RenderCalls(template, conversation);
        return conversation.ContinueFinalMessage ? FinalMessage.Cut(text, conversation.Messages) : text;
    }

    /// <summary>Returns whether the answer starts inside the reasoning because the prompt opened it.</summary>
    public bool StartsInReasoning(IConversation conversation, string text)
    {
        if (!modelText.Reasons)
            return false;
        if (!conversation.ContinueFinalMessage)
            return text.AsSpan().TrimEnd().EndsWith(Open);
        string content = FinalMessage.Content(conversation.Messages);
        return content.LastIndexOf(Open, StringComparison.Ordinal) > content.LastIndexOf(Close, StringComparison.Ordinal);
    }

    /// <summary>
    /// Renders the conversation with tool arguments in the form that the template supports. Most templates expect an object, which the reference library passes; some concatenate the
    /// arguments as text.
    /// </summary>
    private static string RenderCalls(IChatTemplate template, IConversation conversation)
    {
        JsonArray? parsed = ParsedArguments(conversation.Messages);
        if (parsed is not null)
        {
            try
            {
                return template.Render(Variables(conversation, parsed));
            }
            catch (InferenceException exception) when (exception.Code is ErrorCode.InvalidTemplate)
            {
                return template.Render(Variables(conversation, conversation.Messages));
            }
        }

        return template.Render(Variables(conversation, conversation.Messages));
    }

    private static JsonObject Variables(IConversation conversation, JsonArray messages)
    {
        JsonObject variables = conversation.TemplateVariables?.DeepClone().AsObject() ?? [];
        variables["messages"] = messages.DeepClone();
        if (conversation.Tools is { } tools)
            variables["tools"] = tools.DeepClone();
        variables["add_generation_prompt"] = conversation.AddGenerationPrompt ?? !conversation.ContinueFinalMessage;
        return variables;
    }

    /// <summary>Copies the messages with the calls' arguments parsed into objects. Returns null if there are none to change.</summary>
    private static JsonArray? ParsedArguments(JsonArray messages)
    {
        if (!messages.Any(message => message!["tool_calls"] is not null))
            return null;
        JsonArray copy = messages.DeepClone().AsArray();
        foreach (JsonNode? call in copy.SelectMany(message => message!["tool_calls"] as JsonArray ?? []))
        {
            JsonObject function = call!["function"]!.AsObject();
            if (Parse(function["arguments"]!.GetValue<string>()) is { } arguments)
                function["arguments"] = arguments;
        }

        return copy;
    }

    private static JsonObject? Parse(string arguments)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(arguments, new JsonDocumentOptions { AllowDuplicateProperties = false });
            Requests.FieldValue value = new(document.RootElement, "arguments");
            return value.Kind is JsonValueKind.Object ? Requests.JsonText.ToObject(value) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
