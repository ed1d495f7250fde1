namespace OrleansInference.Text.Tokenization;

/// <summary>Settings of a BPE model from tokenizer.json.</summary>
internal sealed record BytePairOptions
{
    public string? UnknownToken { get; init; }

    public string? ContinuingSubwordPrefix { get; init; }

    public string? EndOfWordSuffix { get; init; }

    /// <summary>Whether neighbouring unknown characters become one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Whether an unknown character becomes the tokens of its UTF-8 bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Whether a word that is a token as a whole is that token, regardless of the merges.</summary>
    public bool IgnoreMerges { get; init; }
}
