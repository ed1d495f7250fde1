namespace OrleansInference.Text.Templates.Syntax;

/// <summary>Text and tags of a template.</summary>
internal sealed partial class StatementParser(List<Token> tokens, TemplateLimits limits) : ExpressionParser(tokens, limits)
{
    private int _loopDepth;

    public Block ParseTemplate()
    {
        Block body = ParseBody([]);
        if (Unknown is not null)
        {
            throw Unknown;
        }

        return Current.Kind == TokenKind.End ? body : throw Unexpected("the end of the template");
    }

    // Reads up to a tag whose name is one of endNames and leaves that name as the current token.
    private Block ParseBody(params ReadOnlySpan<string> endNames)
    {
        Enter();
        int line = Current.Line;
        List<Statement> statements = [];
        while (Current.Kind != TokenKind.End)
        {
            Token token = Take();
            if (token.Kind == TokenKind.Data)
            {
                statements.Add(new TextStatement(token.Line, token.Value));
            }
            else if (token.Kind == TokenKind.VariableBegin)
            {
                statements.Add(new OutputStatement(token.Line, ParseTuple()));
                Expect(TokenKind.VariableEnd, "'}}'");
            }
            else if (Current.Kind == TokenKind.Name && endNames.Contains(Current.Value))
            {
                Leave();
                return new Block(line, [.. statements]);
            }
            else
            {
                AddStatement(statements);
                Expect(TokenKind.BlockEnd, "'%}'");
            }
        }

        if (endNames.Length > 0)
        {
            throw new TemplateFailure($"the template ends before '{string.Join("' or '", endNames.ToArray())}' of the block from here.", line);
        }

        Leave();
        return new Block(line, [.. statements]);
    }

    // Reads "%}", the body and the name of the end tag.
    private Block ParseBlock(params ReadOnlySpan<string> endNames)
    {
        TakeOperator(":");
        Expect(TokenKind.BlockEnd, "'%}'");
        return ParseBody(endNames);
    }

    private Block ParseClosedBlock(string endName)
    {
        Block body = ParseBlock(endName);
        Take();
        return body;
    }

    private void AddStatement(List<Statement> statements)
    {
        int line = Current.Line;
        string tag = Current.Kind == TokenKind.Name ? Take().Value : throw Unexpected("a tag name");
        if (tag == "print")
        {
            ParsePrint(line, statements);
            return;
        }

        statements.Add(tag switch
        {
            "if" => ParseIf(line),
            "for" => ParseFor(line),
            "set" => ParseSet(line),
            "macro" => ParseMacro(line),
            "call" => ParseCall(line),
            "filter" => new FilterBlockStatement(line, ParseFilterChain(null, true), ParseClosedBlock("endfilter")),
            "with" => ParseWith(line),
            "generation" => new ScopeStatement(line, false, ParseClosedBlock("endgeneration")),
            "block" => ParseNamedBlock(line),
            "break" => ParseLoopControl(line, Flow.Break),
            "continue" => ParseLoopControl(line, Flow.Continue),
            "include" or "import" or "from" or "extends"
                => throw new TemplateFailure($"'{tag}' is not supported: a chat template stands alone.", line),
            _ => throw new TemplateFailure($"unknown tag '{tag}'.", line),
        });
    }

    private void ParsePrint(int line, List<Statement> statements)
    {
        while (Current.Kind != TokenKind.BlockEnd)
        {
            statements.Add(new OutputStatement(line, ParseExpression()));
            if (Current.Kind != TokenKind.BlockEnd)
            {
                ExpectOperator(",");
            }
        }
    }

    private IfStatement ParseIf(int line)
    {
        ConditionalDepth++;
        List<(Expression, Block)> branches = [];
        Block? otherwise = null;
        do
        {
            Expression test = ParseTuple(withConditional: false);
            branches.Add((test, ParseBlock("elif", "else", "endif")));
        }
        while (TakeName("elif"));

        if (TakeName("else"))
        {
            otherwise = ParseBlock("endif");
        }

        ExpectName("endif");
        ConditionalDepth--;
        return new IfStatement(line, [.. branches], otherwise);
    }

    private ForStatement ParseFor(int line)
    {
        AssignmentTarget target = ParseTarget(endName: "in");
        ExpectName("in");
        Expression source = ParseTuple(withConditional: false, endName: "recursive");
        Expression? filter = TakeName("if") ? ParseExpression() : null;
        bool recursive = TakeName("recursive");
        _loopDepth++;
        Block body = ParseBlock("endfor", "else");
        _loopDepth--;
        Block? otherwise = TakeName("else") ? ParseBlock("endfor") : null;
        ExpectName("endfor");
        return new ForStatement(line, target, source, filter, recursive, body, otherwise);
    }

    private LoopControlStatement ParseLoopControl(int line, Flow flow)
        => _loopDepth > 0
            ? new LoopControlStatement(line, flow)
            : throw new TemplateFailure($"'{(flow == Flow.Break ? "break" : "continue")}' stands outside a loop.", line);

    private Statement ParseSet(int line)
    {
        AssignmentTarget target = ParseTarget(withNamespace: true);
        if (TakeOperator("="))
        {
            return new SetStatement(line, target, ParseTuple());
        }

        FilterExpression? filter = Current.IsOperator("|") ? ParseFilterChain(null, false) : null;
        return new SetBlockStatement(line, target, filter, ParseClosedBlock("endset"));
    }

    private WithStatement ParseWith(int line)
    {
        List<(AssignmentTarget, Expression)> assignments = [];
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
            {
                ExpectOperator(",");
            }

            AssignmentTarget target = ParseTarget();
            ExpectOperator("=");
            assignments.Add((target, ParseExpression()));
        }

        return new WithStatement(line, [.. assignments], ParseClosedBlock("endwith"));
    }

    private ScopeStatement ParseNamedBlock(int line)
    {
        string name = ExpectName();
        bool scoped = TakeName("scoped");
        TakeName("required");
        Block body = ParseClosedBlock("endblock");
        TakeName(name);
        return new ScopeStatement(line, !scoped, body);
    }
}
