namespace OrleansInference.Text.Tokenization.Patterns;

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
