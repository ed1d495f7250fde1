using OrleansInference.Models.Templates.Execution;
using OrleansInference.Models.Templates.Values;

namespace OrleansInference.Models.Templates.Syntax;

/// <summary><c>{% call macro(…) %}…{% endcall %}</c>: the macro gets the body as <c>caller</c>.</summary>
internal sealed class CallStatement(int line, CallExpression call, MacroDefinition body) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        call.Call(context, scope, new MacroValue(body, scope)).WriteText(context.Output);
        return Flow.Next;
    }
}
