using OrleansInference.Text.Templates.Functions;

namespace OrleansInference.Text.Templates.Syntax;

internal partial class ExpressionParser
{
    protected FilterExpression ParseFilterChain(Expression? target, bool startInline)
    {
        while (startInline || TakeOperator("|"))
        {
            startInline = false;
            target = ParseOneFilter(target);
        }

        return (FilterExpression)target!;
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            int line = Current.Line;
            if (TakeOperator("."))
            {
                value = Current.Kind switch
                {
                    TokenKind.Name => new AttributeExpression(line, value, Take().Value),
                    TokenKind.Integer => new ItemExpression(line, value, new LiteralExpression(line, NumberLiteral.Parse(Take()))),
                    _ => throw Unexpected("a name or number"),
                };
            }
            else if (TakeOperator("["))
            {
                value = ParseSubscript(line, value);
            }
            else if (Current.IsOperator("("))
            {
                value = new CallExpression(line, value, ParseArguments());
            }
            else
            {
                return value;
            }

            Check(value);
        }
    }

    private Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            int line = Current.Line;
            if (Current.IsOperator("|"))
            {
                Take();
                value = ParseOneFilter(value);
            }
            else if (TakeName("is"))
            {
                value = Check(ParseTest(line, value));
            }
            else if (Current.IsOperator("("))
            {
                value = Check(new CallExpression(line, value, ParseArguments()));
            }
            else
            {
                return value;
            }
        }
    }

    private FilterExpression ParseOneFilter(Expression? value)
    {
        int line = Current.Line;
        string name = ParseDottedName();
        if (FilterTable.Find(name) is null && ConditionalDepth == 0)
        {
            Unknown ??= new TemplateFailure($"No filter named '{name}'.", line);
        }

        return Check(new FilterExpression(line, value, name, Current.IsOperator("(") ? ParseArguments() : ArgumentList.Empty));
    }

    private TestExpression ParseTest(int line, Expression value)
    {
        bool negated = TakeName("not");
        string name = ParseDottedName();
        if (TestTable.Find(name) is null && ConditionalDepth == 0)
        {
            Unknown ??= new TemplateFailure($"No test named '{name}'.", line);
        }

        ArgumentList arguments = ArgumentList.Empty;
        if (Current.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (StartsTestArgument())
        {
            if (Current.IsName("is"))
            {
                throw new TemplateFailure("You cannot chain multiple tests with is", line);
            }

            Enter();
            arguments = new ArgumentList([ParsePostfix(ParsePrimary())], [], null, null);
            Leave();
        }

        return new TestExpression(line, value, name, arguments, negated);
    }

    private bool StartsTestArgument() => Current.Kind switch
    {
        TokenKind.Name => Current.Value is not ("else" or "or" or "and"),
        TokenKind.Text or TokenKind.Integer or TokenKind.Float => true,
        TokenKind.Operator => Current.Value is "[" or "{",
        _ => false,
    };

    private string ParseDottedName()
    {
        string name = ExpectName();
        while (TakeOperator("."))
        {
            name += "." + ExpectName();
        }

        return name;
    }

    private Expression ParseSubscript(int line, Expression target)
    {
        Expression? start = null;
        if (!Current.IsOperator(":"))
        {
            start = ParseExpression();
            if (TakeOperator("]"))
            {
                return new ItemExpression(line, target, start);
            }

            if (Current.IsOperator(","))
            {
                return ParseTupleSubscript(line, target, start);
            }
        }

        ExpectOperator(":");
        Expression? stop = Current.IsOperator(":") || Current.IsOperator("]") ? null : ParseExpression();
        Expression? step = TakeOperator(":") && !Current.IsOperator("]") ? ParseExpression() : null;
        ExpectOperator("]");
        return new SliceExpression(line, target, start, stop, step);
    }

    private ItemExpression ParseTupleSubscript(int line, Expression target, Expression first)
    {
        List<Expression> keys = [first];
        while (TakeOperator(","))
        {
            keys.Add(ParseExpression());
        }

        ExpectOperator("]");
        return new ItemExpression(line, target, Check(new TupleExpression(line, [.. keys])));
    }

    private ArgumentList ParseArguments()
    {
        List<Expression> positional = [];
        List<KeyValuePair<string, Expression>> named = [];
        Expression? rest = null;
        Expression? namedRest = null;
        ExpectOperator("(");
        ParseItems(")", () =>
        {
            if (rest is null && namedRest is null && TakeOperator("*"))
            {
                rest = ParseExpression();
            }
            else if (namedRest is null && TakeOperator("**"))
            {
                namedRest = ParseExpression();
            }
            else if (namedRest is null && Current.Kind == TokenKind.Name && Following.IsOperator("="))
            {
                AddNamed(named);
            }
            else if (named.Count == 0 && rest is null && namedRest is null)
            {
                positional.Add(ParseExpression());
            }
            else
            {
                throw new TemplateFailure("invalid syntax for function call expression", Current.Line);
            }
        });
        return new ArgumentList([.. positional], [.. named], rest, namedRest);
    }

    private void AddNamed(List<KeyValuePair<string, Expression>> named)
    {
        Token name = Take();
        Take();
        if (named.Exists(pair => pair.Key == name.Value))
        {
            throw new TemplateFailure($"keyword argument '{name.Value}' is repeated.", name.Line);
        }

        named.Add(new(name.Value, ParseExpression()));
    }
}
