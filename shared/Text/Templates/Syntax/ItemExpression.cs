using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary><c>value[key]</c>: the item, else the attribute of that name.</summary>
internal sealed class ItemExpression(int line, Expression target, Expression key) : Expression(line, Math.Max(target.Height, key.Height))
{
    public override Value Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        return Access.Item(target.Evaluate(context, scope), key.Evaluate(context, scope), context);
    }
}
