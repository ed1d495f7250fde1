using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

internal sealed class IfStatement(int line, (Expression Test, Block Body)[] branches, Block? otherwise) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        foreach ((Expression test, Block body) in branches)
        {
            context.Line = test.Line;
            context.Step();
            if (test.Evaluate(context, scope).IsTrue(context))
            {
                return body.Execute(context, scope);
            }
        }

        return otherwise?.Execute(context, scope) ?? Flow.Next;
    }
}

/// <summary>A scope with variables of its own; their values are taken from outside it.</summary>
internal sealed class WithStatement(int line, (AssignmentTarget Target, Expression Value)[] assignments, Block body) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        var inner = new Scope(scope);
        foreach ((AssignmentTarget target, Expression value) in assignments)
        {
            target.Assign(value.Evaluate(context, scope), context, inner);
        }

        return body.Execute(context, inner);
    }
}

internal sealed class FilterBlockStatement(int line, FilterExpression filter, Block body) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        BoundedText outer = context.BeginCapture();
        var inner = new Scope(scope);
        Flow flow = body.Execute(context, inner);
        Value text = context.EndCapture(outer);
        if (flow == Flow.Next)
        {
            filter.Apply(context, inner, text).WriteText(context.Output);
        }

        return flow;
    }
}

/// <summary>A body in a scope of its own: <c>block</c>, which sees the template's variables only, and <c>generation</c>.</summary>
internal sealed class ScopeStatement(int line, bool fromRoot, Block body) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope) => body.Execute(context, new Scope(fromRoot ? scope.Root : scope));
}

/// <summary>The implicit variables that a macro's body mentions; the macro accepts surplus arguments only for these.</summary>
[Flags]
internal enum MacroUses
{
    None = 0,
    Caller = 1,
    PositionalRest = 2,
    NamedRest = 4,
}

/// <summary>The parameters and body of a macro or a call block.</summary>
internal sealed class MacroDefinition(string name, string[] parameters, Expression?[] defaults, MacroUses uses, Block body)
{
    public string Name { get; } = name;

    public string[] Parameters { get; } = parameters;

    /// <summary>Default values, parallel to <see cref="Parameters"/>; null for a parameter without one.</summary>
    public Expression?[] Defaults { get; } = defaults;

    public MacroUses Uses { get; } = uses;

    public Block Body { get; } = body;
}

internal sealed class MacroStatement(int line, MacroDefinition definition) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        scope.Set(definition.Name, new MacroValue(definition, scope));
        return Flow.Next;
    }
}

/// <summary><c>{% call macro(…) %}…{% endcall %}</c>: the macro gets the body as <c>caller</c>.</summary>
internal sealed class CallStatement(int line, CallExpression call, MacroDefinition body) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        call.Call(context, scope, new MacroValue(body, scope)).WriteText(context.Output);
        return Flow.Next;
    }
}
