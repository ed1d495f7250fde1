using OrleansInference.Models.Templates.Execution;
using OrleansInference.Models.Templates.Values;

namespace OrleansInference.Models.Templates.Syntax;

/// <summary>A node that writes output or changes variables.</summary>
internal abstract class Statement(int line)
{
    public int Line { get; } = line;

    public abstract Flow Execute(RenderContext context, Scope scope);
}
