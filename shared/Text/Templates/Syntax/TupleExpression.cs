using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

internal sealed class TupleExpression(int line, Expression[] items) : Expression(line, Tallest(items))
{
    public Expression[] Items { get; } = items;

    public override Value Evaluate(RenderContext context, Scope scope) => TupleValue.Create(EvaluateAll(Items, context, scope), context);

    public static Value[] EvaluateAll(Expression[] items, RenderContext context, Scope scope)
    {
        context.Work(items.Length);
        var values = new Value[items.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = items[i].Evaluate(context, scope);
        }

        return values;
    }
}
