namespace OrleansInference.Text.Tokenization;

/// <summary>A token that is recognised in the text as a whole, before the model sees it.</summary>
internal sealed record AddedToken
{
    public required string Content { get; init; }

    /// <summary>Whether it counts only where no word character touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether it includes the white space before it.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether it includes the white space after it.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Whether its normalized form is looked for in the normalized text, rather than its content in the text as given.</summary>
    public bool IsNormalized { get; init; }

    public bool IsSpecial { get; init; }
}
