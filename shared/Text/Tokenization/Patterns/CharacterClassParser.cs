namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>Parses a bracketed class: ranges, escapes, nested classes, POSIX names and intersection with &amp;&amp;.</summary>
internal sealed class CharacterClassParser(PatternCursor cursor, bool ignoreCase)
{
    private const int MaxNesting = 32;

    private int _nesting;

    /// <summary>Parses from after the '[' to its ']'.</summary>
    public CharacterSet Parse()
    {
        if (++_nesting > MaxNesting)
            throw cursor.Unsupported("classes nested deeper than 32");
        bool negated = cursor.TryTake('^');
        CharacterSet? intersection = null;
        var union = new CharacterSetBuilder();
        bool isFirst = true;
        while (true)
        {
            if (cursor.AtEnd)
                throw cursor.Unsupported("a class without its ']'");
            if (!isFirst && cursor.TryTake(']'))
                break;
            if (cursor.TryTake("&&"))
            {
                intersection = Intersect(intersection, union);
                union = new CharacterSetBuilder();
                continue;
            }
            isFirst = false;
            ParseItem(union);
        }
        CharacterSet set = Intersect(intersection, union);
        _nesting--;
        return negated ? set.Complement() : set;
    }

    private CharacterSet Intersect(CharacterSet? left, CharacterSetBuilder right)
    {
        CharacterSet set = right.Build();
        if (ignoreCase)
            set = CaseFolding.Close(set);
        return left is null ? set : left.Intersect(set);
    }

    private void ParseItem(CharacterSetBuilder union)
    {
        if (cursor.TryTake("[:"))
        {
            union.Add(ParsePosix());
            return;
        }
        if (cursor.TryTake('['))
        {
            union.Add(Parse());
            return;
        }
        int? first = ParseMember(out CharacterSet? set);
        if (first is null)
        {
            union.Add(set!);
            return;
        }
        if (!cursor.TryTake('-'))
        {
            union.Add(first.Value, first.Value);
            return;
        }
        if (cursor.PeekOrEnd() == ']')
        {
            union.Add(first.Value, first.Value);
            union.Add('-', '-');
            return;
        }
        int? last = ParseMember(out _);
        if (last is null || last < first)
            throw cursor.Unsupported("a range without ascending ends");
        union.Add(first.Value, last.Value);
    }

    private int? ParseMember(out CharacterSet? set)
    {
        set = null;
        if (cursor.AtEnd)
            throw cursor.Unsupported("a class without its ']'");
        if (!cursor.TryTake('\\'))
            return cursor.Take();
        if (cursor.TryTake('b'))
            return '\b';
        set = PatternEscapes.ParseSet(cursor, out bool isLiteral);
        if (!isLiteral)
            return null;
        var ranges = new List<(int First, int Last)>();
        set.CopyRangesTo(ranges);
        return ranges[0].First;
    }

    private CharacterSet ParsePosix()
    {
        bool negated = cursor.TryTake('^');
        string name = cursor.TakeUntil(':');
        CharacterSet? set = UnicodeSets.Named(name);
        if (set is null || !cursor.TryTake(']'))
            throw cursor.Unsupported($"the unknown class name '{name}'");
        return negated ? set.Complement() : set;
    }
}
