namespace OrleansInference.Api.Chat;

/// <summary>Log-probabilities of a choice's tokens, the reasoning's apart from the answer's.</summary>
internal sealed record ChatLogProbs(IReadOnlyList<TokenLogProbability> Content, IReadOnlyList<TokenLogProbability>? ReasoningContent);

/// <param name="Token">The token as text.</param>
/// <param name="Logprob">Natural logarithm of its probability.</param>
/// <param name="Bytes">The bytes that the token stands for.</param>
/// <param name="TopLogprobs">The most likely tokens in its place.</param>
internal sealed record TokenLogProbability(string Token, float Logprob, IReadOnlyList<int> Bytes, IReadOnlyList<TopLogProbability> TopLogprobs);

/// <inheritdoc cref="TokenLogProbability"/>
internal sealed record TopLogProbability(string Token, float Logprob, IReadOnlyList<int> Bytes);
