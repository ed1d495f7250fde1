using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>Unary plus and minus.</summary>
internal sealed class SignExpression(int line, bool negative, Expression operand) : Expression(line, operand.Height)
{
    public override Value Evaluate(RenderContext context, Scope scope) => Arithmetic.Sign(operand.Evaluate(context, scope), negative);
}
