using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>Reads the tokens between the braces of one tag.</summary>
internal sealed class TagLexer(string source, int position, int line, bool variable, List<Token> tokens)
{
    private static readonly string[] DoubleOperators = ["//", "**", "==", "!=", ">=", "<="];
    private readonly Stack<char> _open = new();
    private int _position = position;

    public int Line { get; private set; } = line;

    /// <summary>Reads up to and including the tag's end; returns the position after it and its whitespace sign.</summary>
    public int Read(out char sign)
    {
        while (true)
        {
            SkipSpace();
            if (_position >= source.Length)
            {
                throw new TemplateFailure($"the template ends inside a tag; expected '{(variable ? "}}" : "%}")}'.", Line);
            }

            if (_open.Count == 0 && TryReadEnd(out sign))
            {
                return _position;
            }

            char c = source[_position];
            if (char.IsAsciiDigit(c))
            {
                ReadNumber();
            }
            else if (IsNamePart(c))
            {
                ReadName();
            }
            else if (c is '"' or '\'')
            {
                ReadText(c);
            }
            else
            {
                ReadOperator(c);
            }
        }
    }

    private bool TryReadEnd(out char sign)
    {
        sign = ' ';
        int at = _position;
        if (source[at] == '-' || (source[at] == '+' && !variable))
        {
            sign = source[at++];
        }

        if (string.CompareOrdinal(source, at, variable ? "}}" : "%}", 0, 2) != 0)
        {
            return false;
        }

        tokens.Add(new Token(variable ? TokenKind.VariableEnd : TokenKind.BlockEnd, "", Line));
        _position = at + 2;
        return true;
    }

    private void ReadNumber()
    {
        int end = NumberScanner.Scan(source, _position, out bool isFloat);
        Add(isFloat ? TokenKind.Float : TokenKind.Integer, end);
    }

    private void ReadName()
    {
        int end = _position;
        while (end < source.Length && IsNamePart(source[end]))
        {
            end++;
        }

        Add(TokenKind.Name, end);
    }

    private void ReadText(char quote)
    {
        int end = _position + 1;
        while (end < source.Length && source[end] != quote)
        {
            end += source[end] == '\\' ? 2 : 1;
        }

        if (end >= source.Length)
        {
            throw new TemplateFailure("a string has no closing quote.", Line);
        }

        ReadOnlySpan<char> raw = source.AsSpan(_position + 1, end - _position - 1);
        tokens.Add(new Token(TokenKind.Text, TextEscapes.Decode(raw, Line), Line));
        Line += raw.Count('\n');
        _position = end + 1;
    }

    private void ReadOperator(char c)
    {
        foreach (string candidate in DoubleOperators)
        {
            if (string.CompareOrdinal(source, _position, candidate, 0, 2) == 0)
            {
                Add(TokenKind.Operator, _position + 2);
                return;
            }
        }

        if (!"+-/*%~[](){}><=.:|,;".Contains(c, StringComparison.Ordinal))
        {
            throw new TemplateFailure($"unexpected character '{c}'.", Line);
        }

        Balance(c);
        Add(TokenKind.Operator, _position + 1);
    }

    private void Balance(char c)
    {
        if (c is '(' or '[' or '{')
        {
            _open.Push(c switch { '(' => ')', '[' => ']', _ => '}' });
        }
        else if (c is ')' or ']' or '}')
        {
            if (_open.Count == 0)
            {
                throw new TemplateFailure($"unexpected '{c}'.", Line);
            }

            char expected = _open.Pop();
            if (expected != c)
            {
                throw new TemplateFailure($"unexpected '{c}', expected '{expected}'.", Line);
            }
        }
    }

    private void Add(TokenKind kind, int end)
    {
        tokens.Add(new Token(kind, source[_position..end], Line));
        _position = end;
    }

    private void SkipSpace()
    {
        while (_position < source.Length && PythonText.IsSpace(source[_position]))
        {
            Line += source[_position++] == '\n' ? 1 : 0;
        }
    }

    private static bool IsNamePart(char c) => c == '_' || char.IsLetterOrDigit(c) || (c > 127 && char.GetUnicodeCategory(c) is
        System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark
        or System.Globalization.UnicodeCategory.ConnectorPunctuation or System.Globalization.UnicodeCategory.Surrogate);
}
