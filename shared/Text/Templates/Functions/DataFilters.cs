using System.Buffers;
using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;
using static OrleansInference.Text.Templates.Functions.FunctionTable;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Filters on values of any kind and on dictionaries.</summary>
internal static class DataFilters
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(" \t\n\r\f\v/>=");

    public static NativeFunction[] All() =>
    [
        Method("default", "default_value? boolean?", Default),
        Method("d", "default_value? boolean?", Default),
        Method("attr", "name", static (context, a) => a[0].Attribute(context.Text(a[1]), context) ?? new UndefinedValue(a[0], a[1])),
        Method("items", "", static (context, a) => a[0] switch
        {
            DictionaryValue dictionary => new IteratorValue(new DictionaryView(dictionary, "items").Iterate(context)),
            UndefinedValue => new IteratorValue(a[0].Iterate(context)),
            _ => throw new TemplateFailure("Can only get item pairs from a mapping."),
        }),
        Method("tojson", "ensure_ascii? indent? separators? sort_keys?", static (context, a) => ToJson(a, context)),
        Method("pprint", "", static (context, a) => StringValue.Create(context.Representation(a[0]), context)),
        Method("xmlattr", "autospace?", static (context, a) => Attributes(a, context)),
    ];

    private static Value Default(RenderContext context, Value[] a)
        => a[0] is UndefinedValue || (a[2]?.IsTrue(context) == true && !a[0].IsTrue(context)) ? a[1] ?? StringValue.Empty : a[0];

    private static StringValue ToJson(Value[] a, RenderContext context)
    {
        string? indent = a[2] switch
        {
            null or NoneValue => null,
            StringValue given => given.Text,
            _ => Padding.Pad(StringValue.Empty, StringMethods.Size(a[2]), null, true, context),
        };
        (string item, string key) = (indent is null ? ", " : ",", ": ");
        if (a[3] is not (null or NoneValue))
        {
            List<Value> separators = context.ToList(a[3]);
            if (separators is not [StringValue between, StringValue after])
            {
                throw new TemplateFailure("separators: a pair of strings is expected");
            }

            (item, key) = (between.Text, after.Text);
        }

        var text = new BoundedText(context);
        new JsonWriter(text, a[1]?.IsTrue(context) ?? false, indent, item, key, a[4]?.IsTrue(context) ?? false).Write(a[0]);
        return text.ToValue();
    }

    private static StringValue Attributes(Value[] a, RenderContext context)
    {
        if (a[0] is not DictionaryValue dictionary)
        {
            throw new TemplateFailure($"xmlattr: a mapping is expected, not {a[0].TypeName}");
        }

        var text = new BoundedText(context);
        foreach ((Value key, Value value) in dictionary.Entries)
        {
            if (value is NoneValue or UndefinedValue)
            {
                continue;
            }

            string name = context.Text(key);
            if (name.AsSpan().ContainsAny(Forbidden))
            {
                throw new TemplateFailure($"Invalid character in attribute name: '{name}'");
            }

            text.Append(text.Length > 0 || a[1]?.IsTrue(context) != false ? " " : "");
            text.Append($"{Markup.Escape(name, context)}=\"{Markup.Escape(context.Text(value), context)}\"");
        }

        return text.ToValue();
    }
}
