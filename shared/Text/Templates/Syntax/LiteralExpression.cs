using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

internal sealed class LiteralExpression(int line, Value value) : Expression(line, 0)
{
    public override Value Evaluate(RenderContext context, Scope scope) => value;
}
