using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary><c>{{ expression }}</c>.</summary>
internal sealed class OutputStatement(int line, Expression value) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        value.Evaluate(context, scope).WriteText(context.Output);
        return Flow.Next;
    }
}
