using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary><c>break</c> and <c>continue</c>.</summary>
internal sealed class LoopControlStatement(int line, Flow flow) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope) => flow;
}
