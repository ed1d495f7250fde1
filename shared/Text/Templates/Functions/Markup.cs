using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>HTML escaping.</summary>
internal static class Markup
{
    public static string Escape(string text, RenderContext context)
    {
        if (!text.AsSpan().ContainsAny("&<>'\""))
        {
            return text;
        }

        var result = new BoundedText(context);
        foreach (char c in text)
        {
            switch (c)
            {
                case '&':
                    result.Append("&amp;");
                    break;
                case '<':
                    result.Append("&lt;");
                    break;
                case '>':
                    result.Append("&gt;");
                    break;
                case '\'':
                    result.Append("&#39;");
                    break;
                case '"':
                    result.Append("&#34;");
                    break;
                default:
                    result.Append(c);
                    break;
            }
        }

        return result.ToString();
    }

    public static StringValue Escape(Value value, RenderContext context)
        => value is StringValue { IsMarkup: true } safe ? safe : new StringValue(Escape(context.Text(value), context), true);
}
