using System.Text;
using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Percent encoding of a string, or of pairs as a query.</summary>
internal static class UrlEncoding
{
    public static string Encode(Value value, RenderContext context)
    {
        if (value is StringValue || !value.IsIterable)
        {
            return Quote(context.Text(value), false, context);
        }

        var text = new BoundedText(context);
        foreach (Value pair in context.ToList(value is DictionaryValue dictionary ? new DictionaryView(dictionary, "items") : value))
        {
            List<Value> parts = context.ToList(pair);
            if (parts.Count != 2)
            {
                throw new TemplateFailure("urlencode expects pairs of key and value");
            }

            text.Append(text.Length > 0 ? "&" : "");
            text.Append(Quote(context.Text(parts[0]), true, context) + "=" + Quote(context.Text(parts[1]), true, context));
        }

        return text.ToString();
    }

    private static string Quote(string value, bool inQuery, RenderContext context)
    {
        var text = new BoundedText(context);
        foreach (byte unit in Encoding.UTF8.GetBytes(value))
        {
            char c = (char)unit;
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '~' || (c == '/' && !inQuery))
            {
                text.Append(c);
            }
            else
            {
                text.Append(c == ' ' && inQuery ? "+" : $"%{unit:X2}");
            }
        }

        return text.ToString();
    }
}
