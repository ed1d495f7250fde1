using System.Text.Json;
using OrleansInference.Api.Generation;
using OrleansInference.Api.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Completions;

/// <summary>Fields of a completion request.</summary>
internal static class CompletionFieldTable
{
    public static FieldTable<CompletionRequest> Table { get; } = new("CompletionRequest",
    [
        RequestField.Of<CompletionRequest>("prompt", "string|array", ReadPrompt, "A string, an array of strings, an array of token ids or an array of such arrays.", required: true),
        .. GenerationFieldTable.Fields,
        RequestField.Integer<CompletionRequest>("max_tokens", 0, int.MaxValue, (request, value) => request.MaxTokens = value, "Maximum tokens to generate; 0 requires echo."),
        RequestField.Boolean<CompletionRequest>("echo", (request, value) => request.Echo = value, "Puts the prompt before the answer."),
        RequestField.Of<CompletionRequest>("logprobs", "integer", (request, value) => request.LogProbs = value.Integer(0, request.Limits.MaxTopLogProbs), "Number of alternatives to report with each token."),
        RequestField.Of<CompletionRequest>("best_of", "integer", (request, value) => request.BestOf = value.Integer(1, request.Limits.MaxChoices), "Only the value of n is accepted."),
        RequestField.Fixed<CompletionRequest>("suffix", "string", "\"\""),
        RequestField.Fixed<CompletionRequest>("response_format", "object"),
    ]);

    public static CompletionRequest Read(JsonElement root, ApiOptions limits)
    {
        CompletionRequest request = new(limits);
        Table.Read(new FieldValue(root, string.Empty), request);
        GenerationFieldTable.Check(request);
        if (request.BestOf is { } bestOf && bestOf != request.Choices)
            throw new InferenceException(ErrorCode.UnsupportedField, $"'best_of' is {bestOf}, but only the value of 'n', {request.Choices}, is supported.", "best_of");
        if (request is { MaxTokens: 0, Echo: false })
            throw new InferenceException(ErrorCode.InvalidRequest, "'max_tokens' is 0, but must be at least 1 unless 'echo' is true.", "max_tokens");
        if ((long)request.Prompts.Count * request.Choices > limits.MaxSequences)
            throw new InferenceException(ErrorCode.InvalidRequest, $"'prompt' and 'n' ask for {(long)request.Prompts.Count * request.Choices} sequences, but at most {limits.MaxSequences} are accepted.", "prompt");
        return request;
    }

    private static void ReadPrompt(CompletionRequest request, FieldValue value) => request.Prompts = PromptReader.Read(value, request.Limits.MaxPrompts);
}
