namespace OrleansInference.Text.Tokenization;

/// <summary>A token that is recognised in the text as a whole, before the model sees it.</summary>
internal sealed record AddedToken
{
    public required string Content { get; init; }

    /// <summary>Whether it matches only between non-word characters.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether it includes the white space before it.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether it includes the white space after it.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Whether its normalized form is matched in the normalized text, instead of its content in the original text.</summary>
    public bool IsNormalized { get; init; }

    public bool IsSpecial { get; init; }
}
