namespace OrleansInference.Api.Chat;

/// <summary>Log-probabilities of a choice's tokens, those of the reasoning separate from those of the answer.</summary>
internal sealed record ChatLogProbs(IReadOnlyList<TokenLogProbability> Content, IReadOnlyList<TokenLogProbability>? ReasoningContent);

/// <param name="Token">Text of the token.</param>
/// <param name="Logprob">Natural logarithm of its probability.</param>
/// <param name="Bytes">Bytes of the token.</param>
/// <param name="TopLogprobs">Most likely tokens at its position.</param>
internal sealed record TokenLogProbability(string Token, float Logprob, IReadOnlyList<int> Bytes, IReadOnlyList<TopLogProbability> TopLogprobs);

/// <inheritdoc cref="TokenLogProbability"/>
internal sealed record TopLogProbability(string Token, float Logprob, IReadOnlyList<int> Bytes);
