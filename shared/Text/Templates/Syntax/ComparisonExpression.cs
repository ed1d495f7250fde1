using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>A chain of comparisons, <c>a &lt; b &lt;= c</c>; it ends with the first that fails.</summary>
internal sealed class ComparisonExpression(int line, Expression first, (string Operator, Expression Operand)[] rest)
    : Expression(line, Math.Max(first.Height, Tallest(rest.Select(static part => part.Operand))))
{
    public override Value Evaluate(RenderContext context, Scope scope)
    {
        Value left = first.Evaluate(context, scope);
        foreach ((string sign, Expression operand) in rest)
        {
            context.Step();
            Value right = operand.Evaluate(context, scope);
            if (!Comparison.Holds(sign, left, right, context))
            {
                return BooleanValue.False;
            }

            left = right;
        }

        return BooleanValue.True;
    }
}
