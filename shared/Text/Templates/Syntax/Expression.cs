using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>A node that has a value.</summary>
internal abstract class Expression(int line, int height)
{
    public int Line { get; } = line;

    /// <summary>Nodes on the longest way down; the parser bounds it, so that evaluation cannot exhaust the stack.</summary>
    public int Height { get; } = height + 1;

    public abstract Value Evaluate(RenderContext context, Scope scope);

    protected static int Tallest(IEnumerable<Expression?> children) => children.Max(static child => child?.Height) ?? 0;
}
