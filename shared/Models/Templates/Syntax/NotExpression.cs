using OrleansInference.Models.Templates.Execution;
using OrleansInference.Models.Templates.Values;

namespace OrleansInference.Models.Templates.Syntax;

internal sealed class NotExpression(int line, Expression operand) : Expression(line, operand.Height)
{
    public override Value Evaluate(RenderContext context, Scope scope) => BooleanValue.Of(!operand.Evaluate(context, scope).IsTrue(context));
}
