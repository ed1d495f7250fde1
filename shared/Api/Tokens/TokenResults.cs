namespace OrleansInference.Api.Tokens;

/// <summary>The answer of <c>POST /tokenize</c>.</summary>
/// <param name="Count">Number of tokens.</param>
/// <param name="MaxModelLen">Most tokens that a prompt and its answer may have together.</param>
/// <param name="Tokens">Token ids.</param>
/// <param name="TokenStrs">Each token as the tokenizer spells it, when asked for.</param>
internal sealed record TokenizeResult(int Count, int MaxModelLen, int[] Tokens, IReadOnlyList<string>? TokenStrs);

/// <summary>The answer of <c>POST /detokenize</c>.</summary>
internal sealed record DetokenizeResult(string Prompt);
