using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Functions;

internal static class Replacing
{
    /// <summary>Replaces the first <paramref name="count"/> occurrences, all when it is negative; an empty pattern stands between all characters.</summary>
    public static string Replace(string text, string old, string replacement, int count, RenderContext context)
    {
        context.Search(text.Length, old.Length);
        if (count == 0 || (old.Length > 0 && !text.Contains(old, StringComparison.Ordinal)))
        {
            return text;
        }

        int left = count < 0 ? int.MaxValue : count;
        var result = new BoundedText(context);
        return old.Length == 0 ? Interleave(text, replacement, left, result) : ReplaceAll(text, old, replacement, left, result);
    }

    private static string ReplaceAll(string text, string old, string replacement, int left, BoundedText result)
    {
        int from = 0;
        for (int at = text.IndexOf(old, StringComparison.Ordinal); at >= 0 && left-- > 0; at = text.IndexOf(old, from, StringComparison.Ordinal))
        {
            result.Append(text.AsSpan(from, at - from));
            result.Append(replacement);
            from = at + old.Length;
        }

        result.Append(text.AsSpan(from));
        return result.ToString();
    }

    private static string Interleave(string text, string replacement, int left, BoundedText result)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!(char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1])) && left-- > 0)
            {
                result.Append(replacement);
            }

            result.Append(text[i]);
        }

        result.Append(left > 0 ? replacement : "");
        return result.ToString();
    }
}
