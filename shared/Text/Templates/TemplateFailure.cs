using OrleansInference.Models;

namespace OrleansInference.Text.Templates;

/// <summary>An error inside a template; it becomes an <see cref="InferenceException"/> with the current line of the rendering.</summary>
internal sealed class TemplateFailure(string message, int? line = null, bool raised = false) : Exception(message)
{
    /// <summary>The template line, counted from 1, where it is known better than from the rendering's position.</summary>
    public int? Line { get; } = line;

    /// <summary>The template itself asked for this error with <c>raise_exception</c>; its message is passed on as it is.</summary>
    public bool Raised { get; } = raised;

    public InferenceException ToInferenceException(int currentLine)
        => new(ErrorCode.InvalidTemplate, Raised ? Message : $"Chat template, line {Line ?? currentLine}: {Message}", "chat_template", this);
}
