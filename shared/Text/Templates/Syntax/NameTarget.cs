using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

internal sealed class NameTarget(string name) : AssignmentTarget
{
    public string Name { get; } = name;

    public override void Assign(Value value, RenderContext context, Scope scope) => scope.Set(Name, value);
}
