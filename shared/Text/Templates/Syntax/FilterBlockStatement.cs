using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

internal sealed class FilterBlockStatement(int line, FilterExpression filter, Block body) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        BoundedText outer = context.BeginCapture();
        var inner = new Scope(scope);
        Flow flow = body.Execute(context, inner);
        Value text = context.EndCapture(outer);
        if (flow == Flow.Next)
        {
            filter.Apply(context, inner, text).WriteText(context.Output);
        }

        return flow;
    }
}
