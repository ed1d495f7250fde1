using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Widening of strings to a number of code points.</summary>
internal static class Padding
{
    public static string Center(StringValue text, int width, Value? fill, RenderContext context)
    {
        int missing = width - text.Count(context);
        if (missing <= 0)
        {
            return text.Text;
        }

        int left = (missing / 2) + (missing & width & 1);
        return Surround(text.Text, left, missing - left, fill, context);
    }

    public static string Pad(StringValue text, int width, Value? fill, bool left, RenderContext context)
    {
        int missing = Math.Max(0, width - text.Count(context));
        return Surround(text.Text, left ? missing : 0, left ? 0 : missing, fill, context);
    }

    public static string ZeroFill(StringValue text, int width, RenderContext context)
    {
        int missing = Math.Max(0, width - text.Count(context));
        bool signed = text.Text.Length > 0 && (text.Text[0] is '+' or '-');
        var result = new BoundedText(context);
        result.Append(signed ? text.Text[..1] : "");
        result.Append('0', missing);
        result.Append(signed ? text.Text[1..] : text.Text);
        return result.ToString();
    }

    public static string ExpandTabs(string text, int size, RenderContext context)
    {
        var result = new BoundedText(context);
        int column = 0;
        foreach (char c in text)
        {
            if (c == '\t')
            {
                int count = size > 0 ? size - (column % size) : 0;
                result.Append(' ', count);
                column += count;
            }
            else
            {
                result.Append(c);
                column = c is '\n' or '\r' ? 0 : column + 1;
            }
        }

        return result.ToString();
    }

    private static string Surround(string text, int left, int right, Value? fill, RenderContext context)
    {
        string filler = fill is null ? " " : StringMethods.Text(fill, "fillchar");
        if (new StringValue(filler).Count(context) != 1)
        {
            throw new TemplateFailure("The fill character must be exactly one character long");
        }

        var result = new BoundedText(context);
        Fill(result, filler, left);
        result.Append(text);
        Fill(result, filler, right);
        return result.ToString();
    }

    private static void Fill(BoundedText result, string filler, int count)
    {
        if (filler.Length == 1)
        {
            result.Append(filler[0], count);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            result.Append(filler);
        }
    }
}
