using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

internal sealed class ListExpression(int line, Expression[] items) : Expression(line, Tallest(items))
{
    public override Value Evaluate(RenderContext context, Scope scope) => ListValue.Create(TupleExpression.EvaluateAll(items, context, scope), context);
}
