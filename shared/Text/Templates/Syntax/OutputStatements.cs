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

/// <summary><c>{{ expression }}</c>.</summary>
internal sealed class OutputStatement(int line, Expression value) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        value.Evaluate(context, scope).WriteText(context.Output);
        return Flow.Next;
    }
}
