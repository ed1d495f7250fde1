using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary><c>and</c>, <c>or</c>: the first operand that decides, itself rather than its truth.</summary>
internal sealed class LogicalExpression(int line, bool isOr, Expression[] operands) : Expression(line, Tallest(operands))
{
    public override Value Evaluate(RenderContext context, Scope scope)
    {
        for (int i = 0; ; i++)
        {
            context.Step();
            Value value = operands[i].Evaluate(context, scope);
            if (i == operands.Length - 1 || value.IsTrue(context) == isOr)
            {
                return value;
            }
        }
    }
}
