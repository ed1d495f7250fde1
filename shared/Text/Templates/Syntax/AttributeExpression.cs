using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary><c>value.name</c>: the attribute, else the item of that name.</summary>
internal sealed class AttributeExpression(int line, Expression target, string name) : Expression(line, target.Height)
{
    private readonly StringValue _key = new(name);

    public override Value Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        return Access.Attribute(target.Evaluate(context, scope), _key, context);
    }
}
