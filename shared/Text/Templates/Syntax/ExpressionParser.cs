using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>Expressions in Jinja's precedence, from the loosest: inline if, or, and, not, comparisons, + -, ~, * / // %, **, signs, postfixes and filters.</summary>
internal partial class ExpressionParser(List<Token> tokens, TemplateLimits limits) : TokenReader(tokens, limits)
{
    private const int MaxHeight = 250;

    /// <summary>The implicit macro variables mentioned since the last reset.</summary>
    protected MacroUses Uses { get; set; }

    /// <summary>Number of enclosing ifs. Inside an if, unknown filters and tests fail only when they are reached.</summary>
    protected int ConditionalDepth { get; set; }

    /// <summary>The first unknown filter or test outside every if; a following inline if includes it.</summary>
    protected TemplateFailure? Unknown { get; private set; }

    protected Expression ParseExpression(bool withConditional = true)
    {
        Enter();
        Expression result = withConditional ? ParseConditional() : ParseOr();
        Leave();
        return result;
    }

    private Expression ParseConditional()
    {
        int line = Current.Line;
        TemplateFailure? unknownBefore = Unknown;
        Expression value = ParseOr();
        while (TakeName("if"))
        {
            Unknown = unknownBefore;
            ConditionalDepth++;
            Expression test = ParseOr();
            Expression? otherwise = TakeName("else") ? ParseExpression() : null;
            ConditionalDepth--;
            value = Check(new ConditionalExpression(line, test, value, otherwise));
        }

        return value;
    }

    private Expression ParseOr() => ParseRun(ParseAnd, () => TakeName("or"), static (line, operands) => new LogicalExpression(line, true, operands));

    private Expression ParseAnd() => ParseRun(ParseNot, () => TakeName("and"), static (line, operands) => new LogicalExpression(line, false, operands));

    private Expression ParseNot()
    {
        int line = Current.Line;
        if (!TakeName("not"))
        {
            return ParseComparison();
        }

        Enter();
        Expression result = Check(new NotExpression(line, ParseNot()));
        Leave();
        return result;
    }

    private Expression ParseComparison()
    {
        int line = Current.Line;
        Expression first = ParseSum();
        List<(string, Expression)> rest = [];
        while (ComparisonOperator() is { } sign)
        {
            rest.Add((sign, ParseSum()));
        }

        return rest.Count == 0 ? first : Check(new ComparisonExpression(line, first, [.. rest]));
    }

    private string? ComparisonOperator()
    {
        if (Current.Kind == TokenKind.Operator && Current.Value is "==" or "!=" or "<" or "<=" or ">" or ">=")
        {
            return Take().Value;
        }

        if (TakeName("in"))
        {
            return "in";
        }

        if (Current.IsName("not") && Following.IsName("in"))
        {
            Take();
            Take();
            return "not in";
        }

        return null;
    }

    private Expression ParseSum() => ParseChain(ParseConcatenation, "+", "-");

    private Expression ParseConcatenation() => ParseRun(ParseProduct, () => TakeOperator("~"), static (line, parts) => new ConcatenationExpression(line, parts));

    private Expression ParseProduct() => ParseChain(ParsePower, "*", "/", "//", "%");

    private Expression ParsePower() => ParseChain(() => ParseSigned(true), "**");

    /// <summary>Operands with the same operator between them; a single one without an operator is the expression itself.</summary>
    private Expression ParseRun(Func<Expression> operand, Func<bool> takeOperator, Func<int, Expression[], Expression> create)
    {
        int line = Current.Line;
        List<Expression> operands = [operand()];
        while (takeOperator())
        {
            operands.Add(operand());
        }

        return operands.Count == 1 ? operands[0] : Check(create(line, [.. operands]));
    }

    private Expression ParseChain(Func<Expression> operand, params ReadOnlySpan<string> operators)
    {
        int line = Current.Line;
        Expression first = operand();
        List<(string, Expression)>? rest = null;
        while (Current.Kind == TokenKind.Operator && operators.Contains(Current.Value))
        {
            (rest ??= []).Add((Take().Value, operand()));
        }

        return rest is null ? first : Check(new ChainExpression(line, first, [.. rest]));
    }

    private Expression ParseSigned(bool withFilters)
    {
        int line = Current.Line;
        Expression value;
        if (Current.IsOperator("-") || Current.IsOperator("+"))
        {
            bool negative = Take().Value == "-";
            Enter();
            value = Check(new SignExpression(line, negative, ParseSigned(false)));
            Leave();
        }
        else
        {
            value = ParsePrimary();
        }

        value = ParsePostfix(value);
        return withFilters ? ParseFiltersAndTests(value) : value;
    }

    protected static T Check<T>(T expression)
        where T : Expression
        => expression.Height <= MaxHeight
            ? expression
            : throw new TemplateFailure($"an expression is nested deeper than the limit of {MaxHeight}.", expression.Line);
}
