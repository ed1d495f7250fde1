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

/// <summary>Finds the code points that a match of a node can start with.</summary>
internal static class PatternFirstSet
{
    /// <summary>The set, or null where the node can match without consuming a code point.</summary>
    public static CharacterSet? Of(PatternNode node)
    {
        CharacterSet set = Collect(node, out bool canBeEmpty);
        return canBeEmpty ? null : set;
    }

    private static CharacterSet Collect(PatternNode node, out bool canBeEmpty)
    {
        canBeEmpty = false;
        switch (node)
        {
            case PatternNode.Characters characters:
                return characters.Set;
            case PatternNode.Atomic atomic:
                return Collect(atomic.Body, out canBeEmpty);
            case PatternNode.Repeat repeat:
                CharacterSet body = Collect(repeat.Body, out canBeEmpty);
                canBeEmpty |= repeat.Minimum == 0;
                return body;
            case PatternNode.Alternation alternation:
                CharacterSet any = CharacterSet.Empty;
                foreach (PatternNode branch in alternation.Branches)
                {
                    any = any.Union(Collect(branch, out bool branchCanBeEmpty));
                    canBeEmpty |= branchCanBeEmpty;
                }
                return any;
            case PatternNode.Sequence sequence:
                CharacterSet start = CharacterSet.Empty;
                foreach (PatternNode item in sequence.Items)
                {
                    start = start.Union(Collect(item, out bool itemCanBeEmpty));
                    if (!itemCanBeEmpty)
                        return start;
                }
                canBeEmpty = true;
                return start;
            default:
                canBeEmpty = true;
                return CharacterSet.Empty;
        }
    }
}
