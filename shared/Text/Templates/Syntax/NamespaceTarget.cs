using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary><c>namespace.attribute</c>, the only way to change a variable of an outer scope.</summary>
internal sealed class NamespaceTarget(string name, string attribute) : AssignmentTarget
{
    public override void Assign(Value value, RenderContext context, Scope scope)
    {
        if ((scope.Find(name) ?? Globals.Find(name)) is not NamespaceValue target)
        {
            throw new TemplateFailure($"cannot assign attribute '{attribute}' of '{name}', which is not a namespace");
        }

        target.Set(attribute, value, context);
    }
}
