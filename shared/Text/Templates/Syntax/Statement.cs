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
