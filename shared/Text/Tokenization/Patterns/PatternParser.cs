using System.Text;

namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>
/// Parses the part of Oniguruma's Ruby syntax that tokenizers use: alternation, groups, classes with nesting and intersection, properties,
/// greedy, lazy and possessive repetition, lookahead, lookbehind of one character, atomic groups, anchors and (?i).
/// </summary>
internal sealed class PatternParser
{
    private const int MaxNesting = 64;
    private const int MaxRepeat = 1000;

    private readonly PatternCursor _cursor;
    private bool _ignoreCase;
    private int _nesting;

    private PatternParser(string pattern) => _cursor = new PatternCursor(pattern);

    public static PatternNode Parse(string pattern)
    {
        var parser = new PatternParser(pattern);
        PatternNode node = parser.ParseAlternation();
        if (!parser._cursor.AtEnd)
            throw parser._cursor.Unsupported("a ')' without its '('");
        return node;
    }

    private PatternNode ParseAlternation()
    {
        if (++_nesting > MaxNesting)
            throw _cursor.Unsupported("groups nested deeper than 64");
        bool outerCase = _ignoreCase;
        var branches = new List<PatternNode> { ParseSequence() };
        while (_cursor.TryTake('|'))
            branches.Add(ParseSequence());
        _ignoreCase = outerCase;
        _nesting--;
        return branches.Count == 1 ? branches[0] : new PatternNode.Alternation(branches);
    }

    private PatternNode.Sequence ParseSequence()
    {
        var items = new List<PatternNode>();
        while (!_cursor.AtEnd && _cursor.Peek() is not ('|' or ')'))
        {
            PatternNode? atom = ParseAtom();
            if (atom is not null)
                items.Add(ParseRepeats(atom));
        }
        return new PatternNode.Sequence(items);
    }

    private PatternNode? ParseAtom()
    {
        int c = _cursor.Take();
        switch (c)
        {
            case '(':
                return ParseGroup();
            case '[':
                CharacterSet set = new CharacterClassParser(_cursor, _ignoreCase).Parse();
                return new PatternNode.Characters(set);
            case '.':
                return new PatternNode.Characters(CharacterSet.Of('\n').Complement());
            case '^':
                return new PatternNode.Anchor(AnchorKind.LineStart);
            case '$':
                return new PatternNode.Anchor(AnchorKind.LineEnd);
            case '\\':
                return ParseEscape();
            case '*' or '+' or '?':
                throw _cursor.Unsupported("a repetition with nothing to repeat");
            default:
                return Literal(c);
        }
    }

    private PatternNode ParseEscape()
    {
        AnchorKind? anchor = _cursor.PeekOrEnd() switch
        {
            'A' => AnchorKind.TextStart,
            'z' => AnchorKind.TextEnd,
            'Z' => AnchorKind.TextEndOrFinalNewline,
            'b' => AnchorKind.WordBoundary,
            'B' => AnchorKind.NotWordBoundary,
            _ => null,
        };
        if (anchor is not null)
        {
            _cursor.Take();
            return new PatternNode.Anchor(anchor.Value);
        }
        CharacterSet set = PatternEscapes.ParseSet(_cursor, out bool isLiteral);
        return new PatternNode.Characters(isLiteral && _ignoreCase ? CaseFolding.Close(set) : set);
    }

    private PatternNode? ParseGroup()
    {
        if (!_cursor.TryTake('?'))
            return CloseGroup(ParseAlternation());
        if (_cursor.TryTake(':'))
            return CloseGroup(ParseAlternation());
        if (_cursor.TryTake('='))
            return new PatternNode.Look(CloseGroup(ParseAlternation()), Negated: false, Behind: false);
        if (_cursor.TryTake('!'))
            return new PatternNode.Look(CloseGroup(ParseAlternation()), Negated: true, Behind: false);
        if (_cursor.TryTake('>'))
            return new PatternNode.Atomic(CloseGroup(ParseAlternation()));
        if (_cursor.TryTake("<="))
            return new PatternNode.Look(CloseGroup(ParseAlternation()), Negated: false, Behind: true);
        if (_cursor.TryTake("<!"))
            return new PatternNode.Look(CloseGroup(ParseAlternation()), Negated: true, Behind: true);
        return ParseOptionGroup();
    }

    // (?i:...) holds inside the group; (?i) holds to the end of the enclosing group, over its later alternatives too.
    private PatternNode? ParseOptionGroup()
    {
        bool ignoreCase = _ignoreCase;
        bool on = true;
        while (true)
        {
            int c = _cursor.AtEnd ? throw _cursor.Unsupported("an unfinished group") : _cursor.Take();
            switch (c)
            {
                case '-':
                    on = false;
                    break;
                case 'i':
                    ignoreCase = on;
                    break;
                case ')':
                    _ignoreCase = ignoreCase;
                    return null;
                case ':':
                    bool outer = _ignoreCase;
                    _ignoreCase = ignoreCase;
                    PatternNode body = CloseGroup(ParseAlternation());
                    _ignoreCase = outer;
                    return body;
                default:
                    throw _cursor.Unsupported($"the group option '{char.ConvertFromUtf32(c)}'");
            }
        }
    }

    private PatternNode CloseGroup(PatternNode body) => _cursor.TryTake(')') ? body : throw _cursor.Unsupported("a group without its ')'");

    private PatternNode ParseRepeats(PatternNode atom)
    {
        for (int depth = 0; !_cursor.AtEnd; depth++)
        {
            if (depth > MaxNesting)
                throw _cursor.Unsupported("too many repetitions of one item");
            if (_cursor.TryTake('*'))
                atom = new PatternNode.Repeat(atom, 0, int.MaxValue, ParseMode());
            else if (_cursor.TryTake('+'))
                atom = new PatternNode.Repeat(atom, 1, int.MaxValue, ParseMode());
            else if (_cursor.TryTake('?'))
                atom = new PatternNode.Repeat(atom, 0, 1, ParseMode());
            else if (_cursor.TryTakeInterval(out int minimum, out int maximum))
                atom = new PatternNode.Repeat(atom, Checked(minimum), maximum == int.MaxValue ? maximum : Checked(maximum), ParseIntervalMode(minimum == maximum));
            else
                break;
        }
        return atom;
    }

    private int Checked(int count) => count <= MaxRepeat ? count : throw _cursor.Unsupported($"{count} repetitions, more than {MaxRepeat}");

    private RepeatMode ParseMode() => _cursor.TryTake('?') ? RepeatMode.Lazy : _cursor.TryTake('+') ? RepeatMode.Possessive : RepeatMode.Greedy;

    // In the Ruby syntax {n,m}+ repeats the repetition, it is not possessive; {n}? makes it optional, {n,m}? is lazy.
    private RepeatMode ParseIntervalMode(bool isExact) => !isExact && _cursor.TryTake('?') ? RepeatMode.Lazy : RepeatMode.Greedy;

    private PatternNode.Characters Literal(int c)
    {
        CharacterSet set = CharacterSet.Of(c);
        return new PatternNode.Characters(_ignoreCase ? CaseFolding.Close(set) : set);
    }
}
