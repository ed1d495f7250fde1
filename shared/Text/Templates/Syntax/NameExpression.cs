using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

internal sealed class NameExpression(int line, string name) : Expression(line, 0)
{
    public string Name { get; } = name;

    public override Value Evaluate(RenderContext context, Scope scope)
        => scope.Find(Name) ?? Globals.Find(Name) ?? new UndefinedValue(null, Name);
}
