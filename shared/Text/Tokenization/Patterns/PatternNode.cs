namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>The syntax tree of a pattern.</summary>
internal abstract record PatternNode
{
    public sealed record Sequence(IReadOnlyList<PatternNode> Items) : PatternNode;

    public sealed record Alternation(IReadOnlyList<PatternNode> Branches) : PatternNode;

    public sealed record Characters(CharacterSet Set) : PatternNode;

    public sealed record Repeat(PatternNode Body, int Minimum, int Maximum, RepeatMode Mode) : PatternNode;

    /// <summary>Lookahead (or lookbehind of one character), without consuming it.</summary>
    public sealed record Look(PatternNode Body, bool Negated, bool Behind) : PatternNode;

    public sealed record Atomic(PatternNode Body) : PatternNode;

    public sealed record Anchor(AnchorKind Kind) : PatternNode;
}

internal enum AnchorKind
{
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    TextEndOrFinalNewline,
    WordBoundary,
    NotWordBoundary,
}

internal enum RepeatMode
{
    Greedy,
    Lazy,
    Possessive,
}
