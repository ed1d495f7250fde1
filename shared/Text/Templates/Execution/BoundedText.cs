using System.Text;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Execution;

/// <summary>Text builder that stays within the limits of its rendering.</summary>
internal sealed class BoundedText(RenderContext context)
{
    private readonly StringBuilder _text = new();

    public RenderContext Context { get; } = context;

    public int Length => _text.Length;

    public void Append(string text)
    {
        Reserve(text.Length);
        _text.Append(text);
    }

    public void Append(ReadOnlySpan<char> text)
    {
        Reserve(text.Length);
        _text.Append(text);
    }

    public void Append(char c, int count = 1)
    {
        Reserve(count);
        _text.Append(c, count);
    }

    public StringValue ToValue() => StringValue.Create(_text.ToString(), Context);

    public override string ToString() => _text.ToString();

    private void Reserve(int count)
    {
        if (count > Context.Limits.MaxOutputLength - _text.Length)
        {
            throw new TemplateFailure($"a text grows beyond the limit of {Context.Limits.MaxOutputLength} characters.");
        }

        Context.Allocate(count);
    }
}
