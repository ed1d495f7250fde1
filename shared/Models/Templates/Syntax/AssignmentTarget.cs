using OrleansInference.Models.Templates.Execution;
using OrleansInference.Models.Templates.Values;

namespace OrleansInference.Models.Templates.Syntax;

/// <summary>The target of an assignment.</summary>
internal abstract class AssignmentTarget
{
    public abstract void Assign(Value value, RenderContext context, Scope scope);
}
