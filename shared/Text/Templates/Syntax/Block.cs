using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>Statements in order.</summary>
internal sealed class Block(int line, Statement[] statements) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        RenderContext.GuardStack();
        foreach (Statement statement in statements)
        {
            context.Line = statement.Line;
            context.Step();
            Flow flow = statement.Execute(context, scope);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }
}
