using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

internal static class Stripping
{
    /// <summary>Removes whitespace, or the characters of <paramref name="characters"/>, from the ends.</summary>
    public static string Strip(string text, Value? characters, bool start, bool end, RenderContext context)
    {
        context.Scan(text.Length);
        ReadOnlySpan<char> span = text;
        if (characters is null or NoneValue)
        {
            span = start ? PythonText.TrimStart(span) : span;
            span = end ? PythonText.TrimEnd(span) : span;
        }
        else
        {
            string set = StringMethods.Text(characters, "strip");
            context.Search(text.Length * 16, Math.Min(set.Length, 256));
            span = start ? span.TrimStart(set) : span;
            span = end ? span.TrimEnd(set) : span;
            if (set.Length == 0)
            {
                span = text;
            }
        }

        return span.Length == text.Length ? text : span.ToString();
    }
}
