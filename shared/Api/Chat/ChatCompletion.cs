namespace OrleansInference.Api.Chat;

/// <summary>Answer to a chat completion request.</summary>
internal sealed record ChatCompletion(
    string Id, string Object, long Created, string Model, string SystemFingerprint, IReadOnlyList<ChatChoice> Choices, Usage Usage);

/// <param name="Index">Number of the choice.</param>
/// <param name="Message">Message of the assistant.</param>
/// <param name="Logprobs">Log-probabilities, if requested.</param>
/// <param name="FinishReason"><c>stop</c> or <c>length</c>.</param>
internal sealed record ChatChoice(int Index, ChatMessage Message, ChatLogProbs? Logprobs, string FinishReason);

/// <param name="Role">Always <c>assistant</c>.</param>
/// <param name="Content">Text of the answer.</param>
/// <param name="ReasoningContent">Reasoning before the answer, without its tags; null if there is none.</param>
/// <param name="Refusal">Always null.</param>
internal sealed record ChatMessage(string Role, string Content, string? ReasoningContent, string? Refusal);
