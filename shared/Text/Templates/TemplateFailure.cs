using OrleansInference.Models;

namespace OrleansInference.Text.Templates;

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
