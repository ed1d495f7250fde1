namespace OrleansInference.Text.Templates.Values;

/// <summary>Python's character rules where they differ from .NET's.</summary>
internal static class PythonText
{
    public static bool IsSpace(char c) => c is >= '\x1c' and <= '\x1f' || char.IsWhiteSpace(c);

    public static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> text)
    {
        int end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }

    public static ReadOnlySpan<char> TrimStart(ReadOnlySpan<char> text)
    {
        int start = 0;
        while (start < text.Length && IsSpace(text[start]))
        {
            start++;
        }

        return text[start..];
    }
}
