using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>A body in a scope of its own: <c>block</c>, which sees the template's variables only, and <c>generation</c>.</summary>
internal sealed class ScopeStatement(int line, bool fromRoot, Block body) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope) => body.Execute(context, new Scope(fromRoot ? scope.Root : scope));
}
