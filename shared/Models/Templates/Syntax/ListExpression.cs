using OrleansInference.Models.Templates.Execution;
using OrleansInference.Models.Templates.Values;

namespace OrleansInference.Models.Templates.Syntax;

internal sealed class ListExpression(int line, Expression[] items) : Expression(line, Tallest(items))
{
    public override Value Evaluate(RenderContext context, Scope scope) => ListValue.Create(TupleExpression.EvaluateAll(items, context, scope), context);
}
