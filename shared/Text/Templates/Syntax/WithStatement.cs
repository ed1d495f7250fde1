using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

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
