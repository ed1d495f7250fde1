using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

internal static class Splitting
{
    /// <summary>Splits at a separator, or at runs of whitespace when it is null, at most <paramref name="limit"/> times, from the left or the right.</summary>
    public static List<string> Split(string text, string? separator, int limit, bool fromRight, RenderContext context)
    {
        context.Search(text.Length, separator?.Length ?? 1);
        List<string> parts = separator is null
            ? fromRight ? WordsFromRight(text, limit, context) : Words(text, limit, context)
            : fromRight ? PartsFromRight(text, separator, limit, context) : Parts(text, separator, limit, context);
        if (fromRight)
        {
            parts.Reverse();
        }

        return parts;
    }

    public static List<string> Lines(string text, bool keepEnds)
    {
        List<string> lines = [];
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is '\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029')
            {
                int end = i;
                i += text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
                lines.Add(text[start..(keepEnds ? i + 1 : end)]);
                start = i + 1;
            }
        }

        if (start < text.Length)
        {
            lines.Add(text[start..]);
        }

        return lines;
    }

    private static List<string> Parts(string text, string separator, int limit, RenderContext context)
    {
        List<string> parts = [];
        int from = 0;
        for (int at; parts.Count < limit && (at = text.IndexOf(separator, from, StringComparison.Ordinal)) >= 0; from = at + separator.Length)
        {
            Add(parts, text[from..at], context);
        }

        Add(parts, text[from..], context);
        return parts;
    }

    private static List<string> PartsFromRight(string text, string separator, int limit, RenderContext context)
    {
        List<string> parts = [];
        int end = text.Length;
        for (int at; parts.Count < limit && (at = text.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal)) >= 0; end = at)
        {
            Add(parts, text[(at + separator.Length)..end], context);
        }

        Add(parts, text[..end], context);
        return parts;
    }

    private static List<string> Words(string text, int limit, RenderContext context)
    {
        List<string> parts = [];
        int at = SkipSpace(text, 0);
        while (at < text.Length)
        {
            int end = at;
            while (end < text.Length && (parts.Count == limit || !PythonText.IsSpace(text[end])))
            {
                end++;
            }

            Add(parts, text[at..end], context);
            at = SkipSpace(text, end);
        }

        return parts;
    }

    private static List<string> WordsFromRight(string text, int limit, RenderContext context)
    {
        List<string> parts = [];
        ReadOnlySpan<char> left = PythonText.TrimEnd(text);
        while (left.Length > 0)
        {
            int start = left.Length;
            while (start > 0 && (parts.Count == limit || !PythonText.IsSpace(left[start - 1])))
            {
                start--;
            }

            Add(parts, left[start..].ToString(), context);
            left = PythonText.TrimEnd(left[..start]);
        }

        return parts;
    }

    private static void Add(List<string> parts, string part, RenderContext context)
    {
        context.Allocate(4);
        parts.Add(part);
    }

    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length && PythonText.IsSpace(text[at]))
        {
            at++;
        }

        return at;
    }
}

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
