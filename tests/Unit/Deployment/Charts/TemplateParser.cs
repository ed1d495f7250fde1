using System.Text.RegularExpressions;

namespace OrleansInference.Unit.Deployment.Charts;

/// <summary>Parser of the part of Go's template language that the chart uses; other syntax is an error.</summary>
internal sealed partial class TemplateParser
{
    private readonly string _source;
    private readonly List<(string Text, bool IsAction)> _pieces = [];
    private readonly Dictionary<string, TemplateBlock> _defined;
    private int _next;

    private TemplateParser(string source, string text, Dictionary<string, TemplateBlock> defined)
    {
        (_source, _defined) = (source, defined);
        int at = 0;
        bool trim = false;
        foreach (Match action in Action().Matches(text))
        {
            AddText(text[at..action.Index], trim, action.Groups["left"].Length > 0);
            _pieces.Add((action.Groups["body"].Value, true));
            (at, trim) = (action.Index + action.Length, action.Groups["right"].Length > 0);
        }

        AddText(text[at..], trim, false);
        if (_pieces.Any(static piece => !piece.IsAction && (piece.Text.Contains("{{", StringComparison.Ordinal) || piece.Text.Contains("}}", StringComparison.Ordinal))))
        {
            throw new FormatException($"{source}: braces do not balance.");
        }
    }

    /// <summary>Reads a file; the blocks that it defines are added to <paramref name="defined"/>.</summary>
    public static TemplateBlock Parse(string source, string text, Dictionary<string, TemplateBlock> defined)
    {
        TemplateParser parser = new(source, text, defined);
        TemplateBlock block = parser.Block(out string end);
        return end.Length == 0 ? block : throw new FormatException($"{source}: {end} without a beginning.");
    }

    private TemplateBlock Block(out string end)
    {
        List<TemplateNode> nodes = [];
        while (_next < _pieces.Count)
        {
            (string text, bool isAction) = _pieces[_next++];
            if (!isAction)
            {
                nodes.Add(new TextNode(text));
                continue;
            }

            string word = text.Split(' ')[0];
            switch (word)
            {
                case "end" or "else":
                    end = text;
                    return new TemplateBlock(nodes);
                case "if":
                    nodes.Add(If(text[2..]));
                    break;
                case "with":
                    nodes.Add(new WithNode(Expression.Parse(text[4..]), Closed(text)));
                    break;
                case "range":
                    Match range = Range().Match(text);
                    nodes.Add(range.Success
                        ? new RangeNode(range.Groups[1].Value, range.Groups[2].Value, Expression.Parse(range.Groups[3].Value), Closed(text))
                        : throw new FormatException($"{_source}: {text} is not understood."));
                    break;
                case "define":
                    _defined.Add(text[6..].Trim().Trim('"'), Closed(text));
                    break;
                default:
                    Match assigned = Assignment().Match(text);
                    nodes.Add(assigned.Success ? new AssignNode(assigned.Groups[1].Value, Expression.Parse(assigned.Groups[2].Value)) : new PrintNode(Expression.Parse(text)));
                    break;
            }
        }

        end = string.Empty;
        return new TemplateBlock(nodes);
    }

    private IfNode If(string condition)
    {
        TemplateBlock then = Block(out string end);
        return end switch
        {
            "end" => new IfNode(Expression.Parse(condition), then, new TemplateBlock([])),
            "else" => new IfNode(Expression.Parse(condition), then, Closed("else")),
            _ => throw new FormatException($"{_source}: if{condition} ends with '{end}'."),
        };
    }

    private TemplateBlock Closed(string begin)
    {
        TemplateBlock block = Block(out string end);
        return end == "end" ? block : throw new FormatException($"{_source}: {begin} ends with '{end}'.");
    }

    private void AddText(string text, bool trimStart, bool trimEnd)
    {
        text = trimStart ? text.TrimStart() : text;
        text = trimEnd ? text.TrimEnd() : text;
        if (text.Length > 0)
        {
            _pieces.Add((text, false));
        }
    }

    [GeneratedRegex(@"\{\{(?<left>-(?=\s))?\s*(?<body>(?:""(?:[^""\\]|\\.)*""|[^{}""])*?)\s*(?<right>(?<=\s)-)?\}\}")]
    private static partial Regex Action();

    [GeneratedRegex(@"^range \$(\w+), \$(\w+) := (.+)$")]
    private static partial Regex Range();

    [GeneratedRegex(@"^\$(\w+) := (.+)$")]
    private static partial Regex Assignment();
}
