using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>The target of an assignment.</summary>
internal abstract class AssignmentTarget
{
    public abstract void Assign(Value value, RenderContext context, Scope scope);
}
