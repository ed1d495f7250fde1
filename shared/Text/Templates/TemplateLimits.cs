namespace OrleansInference.Text.Templates;

/// <summary>Limits for parsing and rendering a template; a template that exceeds one fails with <see cref="ErrorCode.InvalidTemplate"/>.</summary>
public sealed record TemplateLimits
{
    public static TemplateLimits Default { get; } = new();

    /// <summary>Characters of template source.</summary>
    public int MaxSourceLength { get; init; } = 1 << 20;

    /// <summary>Statements, operations and units of text work in one rendering.</summary>
    public long MaxSteps { get; init; } = 10_000_000;

    /// <summary>Nesting of statements, of expressions, of values and of macro calls.</summary>
    public int MaxDepth { get; init; } = 100;

    /// <summary>Characters of the rendered text, and of any intermediate string.</summary>
    public int MaxOutputLength { get; init; } = 16 << 20;

    /// <summary>Characters (or elements, counted as four) that one rendering may create in total, including temporary ones.</summary>
    public long MaxAllocation { get; init; } = 64 << 20;

    /// <summary>Elements of one <c>range</c>.</summary>
    public int MaxRange { get; init; } = 100_000;
}

/// <summary>Error inside a template. It becomes an <see cref="InferenceException"/> with the current line of the rendering.</summary>
internal sealed class TemplateFailure(string message, int? line = null, bool raised = false) : Exception(message)
{
    /// <summary>Line of the template, counted from 1, if it is known more precisely than from the rendering's position.</summary>
    public int? Line { get; } = line;

    /// <summary>Whether the template raised this error with <c>raise_exception</c>; its message is then passed on unchanged.</summary>
    public bool Raised { get; } = raised;

    public InferenceException ToInferenceException(int currentLine)
        => new(ErrorCode.InvalidTemplate, Raised ? Message : $"Chat template, line {Line ?? currentLine}: {Message}", "chat_template", this);
}
