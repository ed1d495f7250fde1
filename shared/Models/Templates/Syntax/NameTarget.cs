using OrleansInference.Models.Templates.Execution;
using OrleansInference.Models.Templates.Values;

namespace OrleansInference.Models.Templates.Syntax;

internal sealed class NameTarget(string name) : AssignmentTarget
{
    public string Name { get; } = name;

    public override void Assign(Value value, RenderContext context, Scope scope) => scope.Set(Name, value);
}
