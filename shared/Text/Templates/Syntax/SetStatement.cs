using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Syntax;

internal sealed class SetStatement(int line, AssignmentTarget target, Expression value) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        target.Assign(value.Evaluate(context, scope), context, scope);
        return Flow.Next;
    }
}
