using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

internal sealed class MacroStatement(int line, MacroDefinition definition) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        scope.Set(definition.Name, new MacroValue(definition, scope));
        return Flow.Next;
    }
}
