using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>Splits a template into text and tags with trim_blocks and lstrip_blocks on; <see cref="TagLexer"/> reads the content of a tag.</summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _position;
    private int _line = 1;
    private bool _lineStarting = true;

    public Lexer(string source)
    {
        string normalized = NormalizeNewlines(source);
        _source = normalized.EndsWith('\n') ? normalized[..^1] : normalized;
    }

    public List<Token> Tokenize()
    {
        while (_position < _source.Length)
        {
            int tag = NextTag(_position);
            if (tag < 0)
            {
                AddData(_source[_position..]);
                break;
            }

            ReadTag(tag);
        }

        _tokens.Add(new Token(TokenKind.End, "", _line));
        return _tokens;
    }

    public static string NormalizeNewlines(string text)
        => text.Contains('\r') ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : text;

    private int NextTag(int from)
    {
        for (int at = _source.IndexOf('{', from); at >= 0 && at + 1 < _source.Length; at = _source.IndexOf('{', at + 1))
        {
            if (_source[at + 1] is '{' or '%' or '#')
            {
                return at;
            }
        }

        return -1;
    }

    private void ReadTag(int tag)
    {
        char kind = _source[tag + 1];
        int inside = tag + 2;
        char sign = inside < _source.Length && (_source[inside] is '-' or '+') ? _source[inside++] : ' ';
        AddStrippedData(tag, sign, kind == '{');
        if (kind == '#')
        {
            ReadComment(tag, inside);
        }
        else if (kind == '%' && TryReadRaw(tag, inside))
        {
            return;
        }
        else
        {
            ReadExpressionTag(kind, inside);
        }
    }

    private void ReadComment(int tag, int inside)
    {
        // A sign that directly precedes the end belongs to the end: "{#-#}" has none of its own.
        int end = _source.IndexOf("#}", inside, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new TemplateFailure("the comment that starts here has no end.", _line);
        }

        char sign = end > inside ? _source[end - 1] : ' ';
        Advance(tag, FinishBlock(end + 2, sign));
    }

    private bool TryReadRaw(int tag, int inside)
    {
        int body = SkipRawTag(inside, "raw", out char beginSign);
        if (body < 0)
        {
            return false;
        }

        int start = beginSign == '-' ? SkipSpace(body) : body;
        int rawLine = _line;
        Advance(tag, start);
        for (int at = _source.IndexOf("{%", start, StringComparison.Ordinal); at >= 0; at = _source.IndexOf("{%", at + 1, StringComparison.Ordinal))
        {
            int end = at + 2;
            char sign = end < _source.Length && (_source[end] is '-' or '+') ? _source[end++] : ' ';
            int after = SkipRawTag(end, "endraw", out char endSign);
            if (after >= 0)
            {
                AddStrippedData(at, sign, false);
                Advance(at, FinishBlock(after, endSign));
                return true;
            }
        }

        throw new TemplateFailure("the raw block that starts here has no endraw.", rawLine);
    }

    // The position after "raw %}" or "endraw %}" with its signs, or -1.
    private int SkipRawTag(int from, string word, out char sign)
    {
        sign = ' ';
        int at = SkipSpace(from);
        if (string.CompareOrdinal(_source, at, word, 0, word.Length) != 0)
        {
            return -1;
        }

        at = SkipSpace(at + word.Length);
        if (at < _source.Length && (_source[at] == '-' || (_source[at] == '+' && word == "endraw")))
        {
            sign = _source[at++];
        }

        return string.CompareOrdinal(_source, at, "%}", 0, 2) == 0 ? at + 2 : -1;
    }

    private void ReadExpressionTag(char kind, int inside)
    {
        bool variable = kind == '{';
        _tokens.Add(new Token(variable ? TokenKind.VariableBegin : TokenKind.BlockBegin, "", _line));
        var lexer = new TagLexer(_source, inside, _line, variable, _tokens);
        int end = lexer.Read(out char sign);
        _line = lexer.Line;
        _position = end;
        int next = variable ? (sign == '-' ? SkipSpace(end) : end) : FinishBlock(end, sign);
        Advance(end, next);
        _lineStarting = next > 0 && _source[next - 1] == '\n';
    }

    private int FinishBlock(int end, char sign) => sign switch
    {
        '-' => SkipSpace(end),
        '+' => end,
        _ => end < _source.Length && _source[end] == '\n' ? end + 1 : end,
    };

    private int SkipSpace(int at)
    {
        while (at < _source.Length && PythonText.IsSpace(_source[at]))
        {
            at++;
        }

        return at;
    }

    private void AddStrippedData(int end, char sign, bool variable)
    {
        ReadOnlySpan<char> text = _source.AsSpan(_position, end - _position);
        int lineStart = text.LastIndexOf('\n') + 1;
        int kept = text.Length;
        if (sign == '-')
        {
            kept = PythonText.TrimEnd(text).Length;
        }
        else if (sign != '+' && !variable && (lineStart > 0 || _lineStarting) && lineStart < text.Length && PythonText.TrimEnd(text[lineStart..]).Length == 0)
        {
            kept = lineStart;
        }

        AddData(text[..kept].ToString());
        _line += text[kept..].Count('\n');
        _position = end;
    }

    private void AddData(string text)
    {
        if (text.Length > 0)
        {
            _tokens.Add(new Token(TokenKind.Data, text, _line));
            _line += text.AsSpan().Count('\n');
        }
    }

    private void Advance(int from, int to)
    {
        _line += _source.AsSpan(from, to - from).Count('\n');
        _position = to;
        _lineStarting = to > 0 && _source[to - 1] == '\n';
    }
}
