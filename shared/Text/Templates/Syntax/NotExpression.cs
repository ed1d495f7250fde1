using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

internal sealed class NotExpression(int line, Expression operand) : Expression(line, operand.Height)
{
    public override Value Evaluate(RenderContext context, Scope scope) => BooleanValue.Of(!operand.Evaluate(context, scope).IsTrue(context));
}
