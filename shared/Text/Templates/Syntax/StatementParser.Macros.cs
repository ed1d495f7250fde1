namespace OrleansInference.Text.Templates.Syntax;

internal sealed partial class StatementParser
{
    private static readonly HashSet<string> Reserved = ["true", "True", "false", "False", "none", "None"];

    private MacroStatement ParseMacro(int line)
    {
        string name = ParseTargetName();
        return new MacroStatement(line, ParseDefinition(name, "endmacro", ParseSignature));
    }

    private CallStatement ParseCall(int line)
    {
        CallExpression? call = null;
        MacroDefinition body = ParseDefinition("caller", "endcall", () =>
        {
            (string[] Names, Expression?[] Defaults) signature = Current.IsOperator("(") ? ParseSignature() : ([], []);
            call = ParseExpression() as CallExpression ?? throw new TemplateFailure("expected a call.", line);
            return signature;
        });
        return new CallStatement(line, call!, body);
    }

    private MacroDefinition ParseDefinition(string name, string endName, Func<(string[] Names, Expression?[] Defaults)> readSignature)
    {
        MacroUses outerUses = Uses;
        int outerLoops = _loopDepth;
        _loopDepth = 0;
        (string[] names, Expression?[] defaults) = readSignature();
        Uses = MacroUses.None;
        Block body = ParseClosedBlock(endName);
        var definition = new MacroDefinition(name, names, defaults, Uses, body);
        Uses |= outerUses;
        _loopDepth = outerLoops;
        return definition;
    }

    private (string[] Names, Expression?[] Defaults) ParseSignature()
    {
        List<string> names = [];
        List<Expression?> defaults = [];
        ExpectOperator("(");
        while (!TakeOperator(")"))
        {
            if (names.Count > 0)
            {
                ExpectOperator(",");
            }

            string name = ParseTargetName();
            if (names.Contains(name))
            {
                throw new TemplateFailure($"parameter '{name}' is repeated.", Current.Line);
            }

            names.Add(name);
            bool hasDefault = TakeOperator("=");
            if (!hasDefault && defaults.Count > 0 && defaults[^1] is not null)
            {
                throw new TemplateFailure("non-default argument follows default argument", Current.Line);
            }

            if (name == "caller" && !hasDefault)
            {
                throw new TemplateFailure("the parameter 'caller' must be omitted or have a default", Current.Line);
            }

            defaults.Add(hasDefault ? ParseExpression() : null);
        }

        return ([.. names], [.. defaults]);
    }

    private AssignmentTarget ParseTarget(bool withNamespace = false, string? endName = null)
    {
        List<AssignmentTarget> targets = [];
        bool isTuple = false;
        while (!IsTupleEnd(endName))
        {
            targets.Add(ParseOneTarget(withNamespace));
            if (!TakeOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        if (targets.Count == 0)
        {
            throw Unexpected("a name to assign to");
        }

        return isTuple ? new TupleTarget([.. targets]) : targets[0];
    }

    private AssignmentTarget ParseOneTarget(bool withNamespace)
    {
        if (TakeOperator("("))
        {
            Enter();
            AssignmentTarget inner = ParseTarget(withNamespace);
            Leave();
            ExpectOperator(")");
            return inner;
        }

        string name = ParseTargetName();
        return withNamespace && TakeOperator(".") ? new NamespaceTarget(name, ExpectName()) : new NameTarget(name);
    }

    private string ParseTargetName()
    {
        int line = Current.Line;
        string name = ExpectName();
        return Reserved.Contains(name) ? throw new TemplateFailure($"can't assign to '{name}'", line) : name;
    }
}
