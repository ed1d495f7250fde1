using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OrleansInference.Unit.Deployment.Charts;

/// <summary>The expression of an action in a template, such as <c>include "name" . | nindent 4</c>.</summary>
internal abstract partial record Expression
{
    public abstract JsonNode? Evaluate(TemplateScope scope);

    public static Expression Parse(string text)
    {
        Queue<string> tokens = new(Token().Matches(text).Select(static match => match.Value));
        if (string.Concat(tokens).Length != text.Count(static letter => !char.IsWhiteSpace(letter)) + tokens.Sum(static token => token.Count(char.IsWhiteSpace)))
        {
            throw new FormatException($"'{text}' is not understood.");
        }

        Expression expression = Pipeline(tokens);
        return tokens.Count == 0 ? expression : throw new FormatException($"'{text}' has '{tokens.Peek()}' where it should end.");
    }

    private static Expression Pipeline(Queue<string> tokens)
    {
        Expression value = Command(tokens, null);
        while (tokens.TryPeek(out string? bar) && bar == "|")
        {
            tokens.Dequeue();
            value = Command(tokens, value);
        }

        return value;
    }

    private static Expression Command(Queue<string> tokens, Expression? last)
    {
        string first = tokens.Peek();
        if (!char.IsAsciiLetter(first[0]))
        {
            return last is null ? Operand(tokens) : throw new FormatException($"'{first}' is not a function.");
        }

        tokens.Dequeue();
        List<Expression> arguments = [];
        while (tokens.TryPeek(out string? next) && next is not ("|" or ")"))
        {
            arguments.Add(Operand(tokens));
        }

        return new Call(first, last is null ? arguments : [.. arguments, last]);
    }

    private static Expression Operand(Queue<string> tokens)
    {
        string token = tokens.Dequeue();
        switch (token[0])
        {
            case '(':
                Expression inner = Pipeline(tokens);
                return tokens.TryDequeue(out string? close) && close == ")" ? inner : throw new FormatException("A parenthesis is not closed.");
            case '"':
                return new Constant(JsonNode.Parse(token));
            case '.' or '$':
                string[] path = token.Split('.');
                return new Field(path[0], [.. path.Skip(1).Where(static name => name.Length > 0)]);
            default:
                return new Constant(long.Parse(token, CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|\$?\.[\w.]*|\$\w*(?:\.\w+)*|\w+|[()|]
        """)]
    private static partial Regex Token();
}

internal sealed record Constant(JsonNode? Value) : Expression
{
    public override JsonNode? Evaluate(TemplateScope scope) => Value;
}

/// <summary>A place in the data, such as <c>.Values.image.tag</c>; null where it is not there.</summary>
internal sealed record Field(string From, IReadOnlyList<string> Path) : Expression
{
    public override JsonNode? Evaluate(TemplateScope scope)
    {
        JsonNode? value = From switch { "" => scope.Dot, "$" => scope.Root, _ => scope.Variables[From[1..]] };
        foreach (string name in Path)
        {
            value = value is JsonObject map ? map[name] : throw new InvalidOperationException($"There is no {name} in {value?.ToJsonString() ?? "nil"}.");
        }

        return value;
    }
}

internal sealed record Call(string Function, IReadOnlyList<Expression> Arguments) : Expression
{
    public override JsonNode? Evaluate(TemplateScope scope) => TemplateFunctions.Call(Function, scope, [.. Arguments.Select(argument => argument.Evaluate(scope))]);
}
