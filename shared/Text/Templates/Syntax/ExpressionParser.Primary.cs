using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

internal partial class ExpressionParser
{
    protected Expression ParsePrimary()
    {
        Token token = Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return ParseName(token);
            case TokenKind.Text:
                return ParseText(token);
            case TokenKind.Integer or TokenKind.Float:
                return new LiteralExpression(token.Line, NumberLiteral.Parse(token));
            case TokenKind.Operator when token.Value == "(":
                Expression inner = ParseTuple(explicitParentheses: true);
                ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Value == "[":
                return ParseList(token.Line);
            case TokenKind.Operator when token.Value == "{":
                return ParseDictionary(token.Line);
            default:
                throw new TemplateFailure($"expected an expression, found {token.Describe()}.", token.Line);
        }
    }

    /// <summary>One expression, or several with commas between them.</summary>
    protected Expression ParseTuple(bool withConditional = true, bool explicitParentheses = false, string? endName = null)
    {
        int line = Current.Line;
        List<Expression> items = [];
        bool isTuple = false;
        while (!IsTupleEnd(endName))
        {
            items.Add(ParseExpression(withConditional));
            if (!TakeOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        if (!isTuple && items.Count == 1)
        {
            return items[0];
        }

        return items.Count > 0 || explicitParentheses ? Check(new TupleExpression(line, [.. items])) : throw Unexpected("an expression");
    }

    protected bool IsTupleEnd(string? endName)
        => Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd or TokenKind.End || Current.IsOperator(")") || (endName is not null && Current.IsName(endName));

    private Expression ParseName(Token token)
    {
        if (!char.IsLetter(token.Value[0]) && token.Value[0] != '_')
        {
            throw new TemplateFailure($"invalid character in identifier '{token.Value}'.", token.Line);
        }

        Value? constant = token.Value switch
        {
            "true" or "True" => BooleanValue.True,
            "false" or "False" => BooleanValue.False,
            "none" or "None" => NoneValue.Instance,
            _ => null,
        };
        if (constant is not null)
        {
            return new LiteralExpression(token.Line, constant);
        }

        Uses |= token.Value switch
        {
            "caller" => MacroUses.Caller,
            "varargs" => MacroUses.PositionalRest,
            "kwargs" => MacroUses.NamedRest,
            _ => MacroUses.None,
        };
        return new NameExpression(token.Line, token.Value);
    }

    private LiteralExpression ParseText(Token token)
    {
        List<string> parts = [token.Value];
        while (Current.Kind == TokenKind.Text)
        {
            parts.Add(Take().Value);
        }

        return new LiteralExpression(token.Line, new StringValue(string.Concat(parts)));
    }

    private ListExpression ParseList(int line)
    {
        List<Expression> items = [];
        ParseItems("]", () => items.Add(ParseExpression()));
        return Check(new ListExpression(line, [.. items]));
    }

    private DictionaryExpression ParseDictionary(int line)
    {
        List<KeyValuePair<Expression, Expression>> entries = [];
        ParseItems("}", () =>
        {
            Expression key = ParseExpression();
            ExpectOperator(":");
            entries.Add(new(key, ParseExpression()));
        });
        return Check(new DictionaryExpression(line, [.. entries]));
    }

    /// <summary>Parses items with commas between them up to and including <paramref name="end"/>, before which a comma may stand.</summary>
    private void ParseItems(string end, Action parseItem)
    {
        while (!TakeOperator(end))
        {
            parseItem();
            if (!Current.IsOperator(end))
            {
                ExpectOperator(",");
            }
        }
    }
}
