using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>A node that writes output or changes variables.</summary>
internal abstract class Statement(int line)
{
    public int Line { get; } = line;

    public abstract Flow Execute(RenderContext context, Scope scope);
}

/// <summary>Outcome of a statement: the next one follows, or the enclosing loop is left or continued.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>Statements in order.</summary>
internal sealed class Block(int line, Statement[] statements) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        RenderContext.GuardStack();
        foreach (Statement statement in statements)
        {
            context.Line = statement.Line;
            context.Step();
            Flow flow = statement.Execute(context, scope);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }
}

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
