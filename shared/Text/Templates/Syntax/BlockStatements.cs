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
