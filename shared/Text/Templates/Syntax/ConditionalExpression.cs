using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

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
