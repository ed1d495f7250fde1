namespace OrleansInference.Api.Completions;

/// <summary>Answer to a completion request; a chunk of its stream has the same form.</summary>
internal sealed record Completion(
    string Id, string Object, long Created, string Model, string SystemFingerprint, IReadOnlyList<CompletionChoice> Choices, Usage Usage);

/// <param name="Index">Number of the prompt times <c>n</c>, plus the number of the choice.</param>
/// <param name="Text">Generated text, after the prompt's text if <c>echo</c> is set.</param>
/// <param name="Logprobs">Log-probabilities, if requested.</param>
/// <param name="FinishReason"><c>stop</c> or <c>length</c>.</param>
internal sealed record CompletionChoice(int Index, string Text, CompletionLogProbs? Logprobs, string FinishReason);

/// <summary>Log-probabilities of the tokens of a text. All lists have the same length.</summary>
/// <param name="Tokens">Text of each token; <c>bytes:\x..</c> if the token is part of a character.</param>
/// <param name="TokenLogprobs">Natural logarithms; null for the prompt's first token.</param>
/// <param name="TopLogprobs">Most likely tokens at each position.</param>
/// <param name="TextOffset">Start of each token, in characters of the text.</param>
internal sealed record CompletionLogProbs(
    List<string> Tokens, List<float?> TokenLogprobs, List<Dictionary<string, float>?> TopLogprobs, List<int> TextOffset);
