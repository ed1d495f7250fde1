using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>A run of left-associative arithmetic of one precedence: <c>a + b - c</c>.</summary>
internal sealed class ChainExpression(int line, Expression first, (string Operator, Expression Operand)[] rest)
    : Expression(line, Math.Max(first.Height, Tallest(rest.Select(static part => part.Operand))))
{
    public override Value Evaluate(RenderContext context, Scope scope)
    {
        Value value = first.Evaluate(context, scope);
        foreach ((string sign, Expression operand) in rest)
        {
            context.Step();
            Value right = operand.Evaluate(context, scope);
            value = sign switch
            {
                "+" => Arithmetic.Add(value, right, context),
                "-" => Arithmetic.Subtract(value, right),
                "*" => Arithmetic.Multiply(value, right, context),
                "/" => Arithmetic.Divide(value, right),
                "//" => Arithmetic.FloorDivide(value, right),
                "%" => Arithmetic.Modulo(value, right, context),
                _ => Arithmetic.Power(value, right),
            };
        }

        return value;
    }
}
