using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>Text outside tags.</summary>
internal sealed class TextStatement(int line, string text) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        context.Output.Append(text);
        return Flow.Next;
    }
}
