using OrleansInference.Models.Templates.Execution;
using OrleansInference.Models.Templates.Values;

namespace OrleansInference.Models.Templates.Syntax;

internal sealed class NameExpression(int line, string name) : Expression(line, 0)
{
    public string Name { get; } = name;

    public override Value Evaluate(RenderContext context, Scope scope)
        => scope.Find(Name) ?? Globals.Find(Name) ?? new UndefinedValue(null, Name);
}
