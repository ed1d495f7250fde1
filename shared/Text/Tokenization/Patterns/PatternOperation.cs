namespace OrleansInference.Text.Tokenization.Patterns;

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
