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

internal sealed class NotExpression(int line, Expression operand) : Expression(line, operand.Height)
{
    public override Value Evaluate(RenderContext context, Scope scope) => BooleanValue.Of(!operand.Evaluate(context, scope).IsTrue(context));
}

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

/// <summary><c>a ~ b ~ c</c>: the operands' texts, one after another.</summary>
internal sealed class ConcatenationExpression(int line, Expression[] parts) : Expression(line, Tallest(parts))
{
    public override Value Evaluate(RenderContext context, Scope scope)
    {
        context.Work(parts.Length);
        var text = new BoundedText(context);
        foreach (Expression part in parts)
        {
            part.Evaluate(context, scope).WriteText(text);
        }

        return text.ToValue();
    }
}

/// <summary>Unary plus and minus.</summary>
internal sealed class SignExpression(int line, bool negative, Expression operand) : Expression(line, operand.Height)
{
    public override Value Evaluate(RenderContext context, Scope scope) => Arithmetic.Sign(operand.Evaluate(context, scope), negative);
}

/// <summary><c>a if test else b</c>; without else, an undefined value.</summary>
internal sealed class ConditionalExpression(int line, Expression test, Expression then, Expression? otherwise)
    : Expression(line, Tallest([test, then, otherwise]))
{
    public override Value Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        return test.Evaluate(context, scope).IsTrue(context)
            ? then.Evaluate(context, scope)
            : otherwise?.Evaluate(context, scope)
              ?? new UndefinedValue($"the inline if-expression on line {Line} evaluated to false and no else section was defined.");
    }
}
