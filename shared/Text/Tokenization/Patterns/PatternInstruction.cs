namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>One instruction of a compiled pattern.</summary>
internal sealed class PatternInstruction(PatternOperation operation)
{
    public PatternOperation Operation { get; } = operation;

    /// <summary>The set that the operation reads; with Split the set that the first branch must start with, if there is such a set.</summary>
    public CharacterSet? Set { get; init; }

    /// <summary>With Split the set that the second branch must start with, if there is such a set.</summary>
    public CharacterSet? SecondSet { get; set; }

    public int First { get; set; }

    public int Second { get; set; }

    public int Minimum { get; init; }

    public int Maximum { get; init; }

    public bool Negated { get; init; }

    public AnchorKind Anchor { get; init; }
}

internal enum PatternOperation : byte
{
    /// <summary>Consumes one code point of the set.</summary>
    Characters,

    /// <summary>Consumes code points of the set, up to a maximum; backtracks one at a time, down to a minimum.</summary>
    Loop,

    /// <summary>As <see cref="Loop"/>, without backtracking.</summary>
    PossessiveLoop,

    /// <summary>Tries the target <see cref="PatternInstruction.First"/>, later <see cref="PatternInstruction.Second"/>.</summary>
    Split,

    /// <summary>Goes to <see cref="PatternInstruction.First"/>.</summary>
    Jump,

    Anchor,

    /// <summary>Tests whether the next code point is in the set, without consuming it; the end of the text is in no set.</summary>
    LookAhead,

    /// <summary>Tests whether the previous code point is in the set.</summary>
    LookBehind,

    /// <summary>Runs the following body; on success consumes nothing and goes to <see cref="PatternInstruction.First"/>.</summary>
    LookAheadBody,

    /// <summary>Runs the following body once; on success consumes its match and goes to <see cref="PatternInstruction.First"/>.</summary>
    AtomicBody,

    /// <summary>The end of the pattern or of a body.</summary>
    Match,
}
