using System.Text.Json;
using OrleansInference.Api.Generation;
using OrleansInference.Api.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Chat;

/// <summary>Fields of a chat completion request.</summary>
internal static class ChatFieldTable
{
    private const int LabelLength = 512;

    private static readonly FieldTable<ChatRequest> ResponseFormat = new("ResponseFormat",
    [
        RequestField.Fixed<ChatRequest>("type", "string", "\"text\""),
    ]);

    public static FieldTable<ChatRequest> Table { get; } = new("ChatCompletionRequest",
    [
        .. GenerationFieldTable.Fields,
        .. ConversationFieldTable.Fields(required: true),
        RequestField.Integer<ChatRequest>("max_tokens", 1, int.MaxValue, SetMaxTokens, "Maximum tokens to generate, including reasoning."),
        RequestField.Integer<ChatRequest>("max_completion_tokens", 1, int.MaxValue, SetMaxTokens, "Maximum tokens to generate, including reasoning."),
        RequestField.Boolean<ChatRequest>("logprobs", (request, value) => request.LogProbs = value, "Reports the log-probability of each token."),
        RequestField.Of<ChatRequest>("top_logprobs", "integer", (request, value) => request.TopLogProbs = value.Integer(0, request.Limits.MaxTopLogProbs), "Number of alternatives to report with each token."),
        RequestField.Fixed<ChatRequest>("tool_choice", "string", "\"none\"", "\"auto\""),
        RequestField.Fixed<ChatRequest>("parallel_tool_calls", "boolean", "true"),
        RequestField.Of<ChatRequest>("response_format", "object", (request, value) => ResponseFormat.Read(value, request), "Only the type \"text\" is accepted."),
        RequestField.Of<ChatRequest>("metadata", "object", ReadMetadata, "Labels, which do not change the answer."),
        RequestField.Label<ChatRequest>("safety_identifier", LabelLength),
        RequestField.Label<ChatRequest>("prompt_cache_key", LabelLength),
        RequestField.Fixed<ChatRequest>("store", "boolean", "false"),
        RequestField.Fixed<ChatRequest>("service_tier", "string", "\"auto\"", "\"default\""),
        RequestField.Fixed<ChatRequest>("reasoning_effort", "string", "\"medium\""),
        RequestField.Fixed<ChatRequest>("verbosity", "string", "\"medium\""),
        RequestField.Fixed<ChatRequest>("include_reasoning", "boolean", "true"),
        RequestField.Fixed<ChatRequest>("echo", "boolean", "false"),
        RequestField.Of<ChatRequest>("modalities", "array", ReadModalities, "Only [\"text\"] is accepted."),
        RequestField.Fixed<ChatRequest>("audio", "object"),
        RequestField.Fixed<ChatRequest>("prediction", "object"),
        RequestField.Fixed<ChatRequest>("web_search_options", "object"),
        RequestField.Fixed<ChatRequest>("functions", "array"),
        RequestField.Fixed<ChatRequest>("function_call", "string", "\"none\""),
    ]);

    public static ChatRequest Read(JsonElement root, ApiOptions limits)
    {
        ChatRequest request = new(limits);
        Table.Read(new FieldValue(root, string.Empty), request);
        GenerationFieldTable.Check(request);
        ConversationFieldTable.Check(request);
        if (request.TopLogProbs is not null && !request.LogProbs)
            throw new InferenceException(ErrorCode.InvalidRequest, "'top_logprobs' is only accepted when 'logprobs' is true.", "top_logprobs");
        return request;
    }

    private static void SetMaxTokens(ChatRequest request, int value) => request.MaxTokens = Math.Min(request.MaxTokens ?? value, value);

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
            throw value.Unsupported("'modalities' supports only [\"text\"].");
    }
}
