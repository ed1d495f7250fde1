using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary><c>{% call macro(…) %}…{% endcall %}</c>: the macro gets the body as <c>caller</c>.</summary>
internal sealed class CallStatement(int line, CallExpression call, MacroDefinition body) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        call.Call(context, scope, new MacroValue(body, scope)).WriteText(context.Output);
        return Flow.Next;
    }
}
