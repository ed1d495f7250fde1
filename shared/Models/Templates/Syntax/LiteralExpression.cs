using OrleansInference.Models.Templates.Execution;
using OrleansInference.Models.Templates.Values;

namespace OrleansInference.Models.Templates.Syntax;

internal sealed class LiteralExpression(int line, Value value) : Expression(line, 0)
{
    public override Value Evaluate(RenderContext context, Scope scope) => value;
}
