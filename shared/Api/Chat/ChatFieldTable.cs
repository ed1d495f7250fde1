using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Api.Generation;
using OrleansInference.Api.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Chat;

/// <summary>The fields of a chat completion request.</summary>
internal static class ChatFieldTable
{
    private const int LabelLength = 512;

    private static readonly string[] TemplateNames = ["messages", "tools", "add_generation_prompt"];

    private static readonly FieldTable<ChatRequest> ResponseFormat = new("ResponseFormat",
    [
        RequestField.Fixed<ChatRequest>("type", "string", "\"text\""),
    ]);

    public static FieldTable<ChatRequest> Table { get; } = new("ChatCompletionRequest",
    [
        RequestField.Of<ChatRequest>("messages", "array", ReadMessages, "The conversation.", required: true),
        .. GenerationFieldTable.Fields.Where(field => field.Name != "response_format"),
        RequestField.Integer<ChatRequest>("max_tokens", 1, int.MaxValue, SetMaxTokens, "Tokens to generate at most, reasoning included."),
        RequestField.Integer<ChatRequest>("max_completion_tokens", 1, int.MaxValue, SetMaxTokens, "Tokens to generate at most, reasoning included."),
        RequestField.Boolean<ChatRequest>("logprobs", (request, value) => request.LogProbs = value, "Reports the log-probability of each token."),
        RequestField.Of<ChatRequest>("top_logprobs", "integer", (request, value) => request.TopLogProbs = value.Integer(0, request.Limits.MaxTopLogProbs), "Alternatives to report with each token."),
        RequestField.Of<ChatRequest>("tools", "array", ReadTools, "Tools that the chat template shows to the model."),
        RequestField.Fixed<ChatRequest>("tool_choice", "string", "\"none\"", "\"auto\""),
        RequestField.Fixed<ChatRequest>("parallel_tool_calls", "boolean", "true"),
        RequestField.Of<ChatRequest>("response_format", "object", (request, value) => ResponseFormat.Read(value, request), "Only the type \"text\" is taken."),
        RequestField.Boolean<ChatRequest>("add_generation_prompt", (request, value) => request.AddGenerationPrompt = value, "Ends the prompt with the start of an answer."),
        RequestField.Boolean<ChatRequest>("continue_final_message", (request, value) => request.ContinueFinalMessage = value, "Goes on with the last message."),
        RequestField.Of<ChatRequest>("chat_template_kwargs", "object", ReadTemplateVariables, "Further variables of the chat template."),
        RequestField.Of<ChatRequest>("metadata", "object", ReadMetadata, "Labels; they do not change the answer."),
        RequestField.Label<ChatRequest>("safety_identifier", LabelLength),
        RequestField.Label<ChatRequest>("prompt_cache_key", LabelLength),
        RequestField.Fixed<ChatRequest>("store", "boolean", "false"),
        RequestField.Fixed<ChatRequest>("service_tier", "string", "\"auto\"", "\"default\""),
        RequestField.Fixed<ChatRequest>("reasoning_effort", "string", "\"medium\""),
        RequestField.Fixed<ChatRequest>("verbosity", "string", "\"medium\""),
        RequestField.Fixed<ChatRequest>("include_reasoning", "boolean", "true"),
        RequestField.Fixed<ChatRequest>("echo", "boolean", "false"),
        RequestField.Of<ChatRequest>("modalities", "array", ReadModalities, "Only [\"text\"] is taken."),
        RequestField.Fixed<ChatRequest>("audio", "object"),
        RequestField.Fixed<ChatRequest>("prediction", "object"),
        RequestField.Fixed<ChatRequest>("web_search_options", "object"),
        RequestField.Fixed<ChatRequest>("functions", "array"),
        RequestField.Fixed<ChatRequest>("function_call", "string", "\"none\""),
        RequestField.Fixed<ChatRequest>("documents", "array"),
        RequestField.Fixed<ChatRequest>("chat_template", "string"),
    ]);

    public static ChatRequest Read(JsonElement root, ApiOptions limits)
    {
        ChatRequest request = new(limits);
        Table.Read(new FieldValue(root, string.Empty), request);
        GenerationFieldTable.Check(request);
        if (request.TopLogProbs is not null && !request.LogProbs)
            throw new InferenceException(ErrorCode.InvalidRequest, "'top_logprobs' is only taken when 'logprobs' is true.", "top_logprobs");
        if (request is { ContinueFinalMessage: true, AddGenerationPrompt: true })
            throw new InferenceException(ErrorCode.InvalidRequest, "'continue_final_message' is not taken when 'add_generation_prompt' is true.", "continue_final_message");
        return request;
    }

    private static void SetMaxTokens(ChatRequest request, int value) => request.MaxTokens = Math.Min(request.MaxTokens ?? value, value);

    private static void ReadMessages(ChatRequest request, FieldValue value)
    {
        request.Messages = new JsonArray([.. value.List(request.Limits.MaxMessages, MessageReader.Read)]);
        if (request.Messages.Count == 0)
            throw value.Invalid("'messages' is empty, but must have at least one message.");
    }

    private static void ReadTools(ChatRequest request, FieldValue value)
    {
        JsonNode[] tools = [.. value.List(request.Limits.MaxTools, ToolReader.ReadTool)];
        request.Tools = tools.Length == 0 ? null : new JsonArray(tools);
    }

    private static void ReadTemplateVariables(ChatRequest request, FieldValue value)
    {
        foreach ((string name, FieldValue member) in value.Members())
        {
            if (TemplateNames.Contains(name))
                throw member.Invalid($"'{member.Path}' must be given as '{name}' of the request itself.");
        }

        request.TemplateVariables = JsonText.ToObject(value);
    }

    private static void ReadMetadata(ChatRequest request, FieldValue value)
    {
        foreach ((_, FieldValue member) in value.Members())
        {
            member.Text(LabelLength);
        }
    }

    private static void ReadModalities(ChatRequest request, FieldValue value)
    {
        if (value.List(8, item => item.Text()) is not ["text"])
            throw value.Unsupported("'modalities' is not supported here other than as [\"text\"].");
    }
}
