namespace OrleansInference.Api.Chat;

/// <summary>The answer to a chat completion request.</summary>
internal sealed record ChatCompletion(
    string Id, string Object, long Created, string Model, string SystemFingerprint, IReadOnlyList<ChatChoice> Choices, Usage Usage);

/// <param name="Index">Number of the choice.</param>
/// <param name="Message">The answer.</param>
/// <param name="Logprobs">Log-probabilities, when asked for.</param>
/// <param name="FinishReason"><c>stop</c> or <c>length</c>.</param>
internal sealed record ChatChoice(int Index, ChatMessage Message, ChatLogProbs? Logprobs, string FinishReason);

/// <param name="Role">Always <c>assistant</c>.</param>
/// <param name="Content">The answer's text.</param>
/// <param name="ReasoningContent">The reasoning before it, without its tags; null when there is none.</param>
/// <param name="Refusal">Always null.</param>
internal sealed record ChatMessage(string Role, string Content, string? ReasoningContent, string? Refusal);
