namespace OrleansInference.Api.Tokens;

/// <summary>Answer of <c>POST /tokenize</c>.</summary>
/// <param name="Count">Number of tokens.</param>
/// <param name="MaxModelLen">Maximum tokens of a prompt and its answer together.</param>
/// <param name="Tokens">Token ids.</param>
/// <param name="TokenStrs">Text of each token as the tokenizer stores it, if requested.</param>
internal sealed record TokenizeResult(int Count, int MaxModelLen, int[] Tokens, IReadOnlyList<string>? TokenStrs);

/// <summary>Answer of <c>POST /detokenize</c>.</summary>
internal sealed record DetokenizeResult(string Prompt);
