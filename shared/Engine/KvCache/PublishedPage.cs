namespace OrleansInference.Engine.KvCache;

/// <summary>A full page whose contents others may use.</summary>
/// <param name="Page">Its number in the pool.</param>
/// <param name="Before">The page that it continues; −1 for a first page.</param>
/// <param name="Root">Where its chain starts.</param>
/// <param name="Tokens">[PageTokens]: the tokens whose keys and values it holds.</param>
internal readonly record struct PublishedPage(int Page, int Before, PageRoot Root, ReadOnlyMemory<int> Tokens);
