using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

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
