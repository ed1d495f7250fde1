using OrleansInference.Text.Templates.Execution;

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
