using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

internal sealed class SetStatement(int line, AssignmentTarget target, Expression value) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        target.Assign(value.Evaluate(context, scope), context, scope);
        return Flow.Next;
    }
}

/// <summary><c>{% set name %}…{% endset %}</c>, with filters or without.</summary>
internal sealed class SetBlockStatement(int line, AssignmentTarget target, FilterExpression? filter, Block body) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        BoundedText outer = context.BeginCapture();
        Flow flow = body.Execute(context, new Scope(scope));
        Value text = context.EndCapture(outer);
        if (flow == Flow.Next)
        {
            target.Assign(filter?.Apply(context, scope, text) ?? text, context, scope);
        }

        return flow;
    }
}
