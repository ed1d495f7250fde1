namespace OrleansInference.Api.Completions;

/// <summary>The answer to a completion request; a chunk of its stream has the same form.</summary>
internal sealed record Completion(
    string Id, string Object, long Created, string Model, string SystemFingerprint, IReadOnlyList<CompletionChoice> Choices, Usage Usage);

/// <param name="Index">Prompt number times <c>n</c>, plus the number of the choice.</param>
/// <param name="Text">The text, the prompt's before it when <c>echo</c> is set.</param>
/// <param name="Logprobs">Log-probabilities, when asked for.</param>
/// <param name="FinishReason"><c>stop</c> or <c>length</c>.</param>
internal sealed record CompletionChoice(int Index, string Text, CompletionLogProbs? Logprobs, string FinishReason);

/// <summary>Log-probabilities of the tokens of a text; all lists are equally long.</summary>
/// <param name="Tokens">Each token as text; <c>bytes:\x..</c> where it is part of a character.</param>
/// <param name="TokenLogprobs">Natural logarithms; null for the prompt's first token.</param>
/// <param name="TopLogprobs">The most likely tokens in each place.</param>
/// <param name="TextOffset">Where each token begins, in characters of the text.</param>
internal sealed record CompletionLogProbs(
    List<string> Tokens, List<float?> TokenLogprobs, List<Dictionary<string, float>?> TopLogprobs, List<int> TextOffset);
