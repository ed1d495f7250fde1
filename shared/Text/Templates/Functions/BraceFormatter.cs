using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Formatting with <c>str.format</c>: fields by position or name, attributes and items of them, conversions and specifications.</summary>
internal sealed class BraceFormatter(RenderContext context, Arguments arguments)
{
    private int _automatic;
    private bool _numbered;

    public string Format(string format, int depth = 0)
    {
        if (depth > 1)
        {
            throw new TemplateFailure("Max string recursion exceeded");
        }

        var text = new BoundedText(context);
        for (int i = 0; i < format.Length; i++)
        {
            char c = format[i];
            bool doubled = i + 1 < format.Length && format[i + 1] == c;
            if (c is not ('{' or '}'))
            {
                text.Append(c);
            }
            else if (doubled)
            {
                text.Append(c);
                i++;
            }
            else if (c == '}')
            {
                throw new TemplateFailure("Single '}' encountered in format string");
            }
            else
            {
                int end = FieldEnd(format, i);
                text.Append(Field(format[(i + 1)..end], depth));
                i = end;
            }
        }

        return text.ToString();
    }

    private static int FieldEnd(string format, int start)
    {
        int open = 0;
        for (int i = start; i < format.Length; i++)
        {
            open += format[i] == '{' ? 1 : format[i] == '}' ? -1 : 0;
            if (open == 0)
            {
                return i;
            }
        }

        throw new TemplateFailure("Single '{' encountered in format string");
    }

    private string Field(string field, int depth)
    {
        context.Step();
        int colon = field.IndexOf(':');
        string specification = colon < 0 ? "" : field[(colon + 1)..];
        string name = colon < 0 ? field : field[..colon];
        int mark = name.IndexOf('!');
        string conversion = mark < 0 ? "" : name[(mark + 1)..];
        Value value = Resolve(mark < 0 ? name : name[..mark]);
        if (specification.Contains('{'))
        {
            specification = Format(specification, depth + 1);
        }

        value = conversion switch
        {
            "" => value,
            "s" => new StringValue(context.Text(value)),
            "r" or "a" => StringValue.Create(context.Representation(value), context),
            _ => throw new TemplateFailure($"Unknown conversion specifier {conversion}"),
        };
        return specification.Length == 0 ? context.Text(value) : NumberFormat.Parse(specification).Format(value, context);
    }

    private Value Resolve(string path)
    {
        int end = path.IndexOfAny(['.', '[']);
        string first = end < 0 ? path : path[..end];
        Value value = First(first);
        while (end >= 0 && end < path.Length)
        {
            int next;
            if (path[end] == '[')
            {
                next = path.IndexOf(']', end);
                string key = next < 0 ? throw new TemplateFailure("Missing ']' in format string") : path[(end + 1)..next];
                Value item = long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out long index) ? IntegerValue.Of(index) : new StringValue(key);
                value = Access.Item(value, item, context);
                end = next + 1;
            }
            else
            {
                next = path.IndexOfAny(['.', '['], end + 1);
                value = Access.Attribute(value, new StringValue(path[(end + 1)..(next < 0 ? path.Length : next)]), context);
                end = next;
            }
        }

        return value;
    }

    private Value First(string name)
    {
        if (name.Length == 0 || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int _))
        {
            if (name.Length == 0 ? _numbered : _automatic > 0)
            {
                throw new TemplateFailure("cannot switch between manual field specification and automatic field numbering");
            }

            _numbered = name.Length > 0;
            int index = _numbered ? int.Parse(name, CultureInfo.InvariantCulture) : _automatic++;
            return index < arguments.Positional.Length
                ? arguments.Positional[index]
                : throw new TemplateFailure($"Replacement index {index} out of range for positional args tuple");
        }

        foreach ((string known, Value value) in arguments.Named)
        {
            if (known == name)
            {
                return value;
            }
        }

        throw new TemplateFailure($"no value for the format key '{name}'");
    }
}
