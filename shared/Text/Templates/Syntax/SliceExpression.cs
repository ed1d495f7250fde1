using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary><c>value[start:stop:step]</c>.</summary>
internal sealed class SliceExpression(int line, Expression target, Expression? start, Expression? stop, Expression? step)
    : Expression(line, Tallest([target, start, stop, step]))
{
    public override Value Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        return Slicing.Slice(
            target.Evaluate(context, scope),
            start?.Evaluate(context, scope),
            stop?.Evaluate(context, scope),
            step?.Evaluate(context, scope),
            context);
    }
}
