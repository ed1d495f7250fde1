using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Api.Chat;
using OrleansInference.Api.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Tokens;

/// <summary>Fields of a request to tokenize a text, or a conversation that the chat template converts to text.</summary>
internal sealed class TokenizeRequest(ApiOptions limits) : IConversation
{
    public static FieldTable<TokenizeRequest> Table { get; } = new("TokenizeRequest",
    [
        RequestField.Of<TokenizeRequest>("model", "string", (request, value) => request.Model = value.Text(256), "The model's name."),
        RequestField.Of<TokenizeRequest>("prompt", "string", (request, value) => request.Prompt = value.Text(), "Text to tokenize; excludes messages."),
        .. ConversationFieldTable.Fields(required: false),
        RequestField.Boolean<TokenizeRequest>("add_special_tokens", (request, value) => request.AddSpecialTokens = value, "Adds the tokenizer's special tokens."),
        RequestField.Boolean<TokenizeRequest>("return_token_strs", (request, value) => request.ReturnTokenTexts = value, "Also returns each token's text."),
    ]);

    public ApiOptions Limits { get; } = limits;

    public string? Model { get; set; }

    public string? Prompt { get; set; }

    public JsonArray Messages { get; set; } = [];

    public JsonArray? Tools { get; set; }

    public JsonObject? TemplateVariables { get; set; }

    public bool? AddGenerationPrompt { get; set; }

    public bool ContinueFinalMessage { get; set; }

    public bool? AddSpecialTokens { get; set; }

    public bool ReturnTokenTexts { get; set; }

    public static TokenizeRequest Read(JsonElement root, ApiOptions limits)
    {
        TokenizeRequest request = new(limits);
        Table.Read(new FieldValue(root, string.Empty), request);
        if (request.Prompt is null)
            ConversationFieldTable.Check(request);
        else if (request.Messages.Count > 0)
            throw new InferenceException(ErrorCode.InvalidRequest, "'prompt' is not accepted together with 'messages'.", "prompt");
        return request;
    }
}
