using System.Collections.Frozen;
using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;
using static OrleansInference.Text.Templates.Functions.FunctionTable;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>The methods of strings.</summary>
internal static partial class StringMethods
{
    private static readonly FrozenDictionary<string, NativeFunction> Known = Create(Shape(), Search(), Split(), Classify());

    public static NativeFunction? Find(string name) => Known.GetValueOrDefault(name);

    /// <summary>Python's optional start and end of a search, clamped to <paramref name="length"/>.</summary>
    public static (int Start, int End) Bounds(Value? start, Value? end, int length)
        => (Bound(start, length, 0), Bound(end, length, length));

    private static int Bound(Value? value, int length, int missing)
    {
        if (value is null or NoneValue)
        {
            return missing;
        }

        BigInteger position = Integer(value);
        position = position.Sign < 0 ? position + length : position;
        return position.Sign < 0 ? 0 : position > length ? length : (int)position;
    }

    /// <summary>An integer argument.</summary>
    public static BigInteger Integer(Value value) => Numbers.TryGetInteger(value, out BigInteger number)
        ? number
        : throw (value as UndefinedValue)?.Failure() ?? new TemplateFailure($"'{value.TypeName}' object cannot be interpreted as an integer");

    /// <summary>An integer argument that is a size; clamped to the range of an int.</summary>
    public static int Size(Value value) => (int)BigInteger.Max(BigInteger.Min(Integer(value), int.MaxValue), int.MinValue + 1);

    /// <summary>A string argument.</summary>
    public static string Text(Value value, string method) => value is StringValue text
        ? text.Text
        : throw new TemplateFailure($"{method}: a str is expected, not {value.TypeName}");

    private static StringValue Self(Value[] a) => (StringValue)a[0];

    private static StringValue Derive(Value[] a, string text, RenderContext context)
    {
        StringValue result = StringValue.Create(text, context);
        return Self(a).IsMarkup ? new StringValue(text, true) : result;
    }

    private static NativeFunction[] Shape() =>
    [
        Method("upper", "", static (context, a) => Derive(a, CaseMapping.Upper(Self(a).Text, context), context)),
        Method("lower", "", static (context, a) => Derive(a, CaseMapping.Lower(Self(a).Text, context), context)),
        Method("casefold", "", static (context, a) => Derive(a, CaseMapping.Lower(Self(a).Text, context), context)),
        Method("capitalize", "", static (context, a) => Derive(a, CaseMapping.Capitalize(Self(a).Text, context), context)),
        Method("title", "", static (context, a) => Derive(a, CaseMapping.Title(Self(a).Text, context), context)),
        Method("swapcase", "", static (context, a) => Derive(a, CaseMapping.Swap(Self(a).Text, context), context)),
        Method("strip", "chars?", static (context, a) => Derive(a, Stripping.Strip(Self(a).Text, a[1], true, true, context), context)),
        Method("lstrip", "chars?", static (context, a) => Derive(a, Stripping.Strip(Self(a).Text, a[1], true, false, context), context)),
        Method("rstrip", "chars?", static (context, a) => Derive(a, Stripping.Strip(Self(a).Text, a[1], false, true, context), context)),
        Method("center", "width fillchar?", static (context, a) => Derive(a, Padding.Center(Self(a), Size(a[1]), a[2], context), context)),
        Method("ljust", "width fillchar?", static (context, a) => Derive(a, Padding.Pad(Self(a), Size(a[1]), a[2], false, context), context)),
        Method("rjust", "width fillchar?", static (context, a) => Derive(a, Padding.Pad(Self(a), Size(a[1]), a[2], true, context), context)),
        Method("zfill", "width", static (context, a) => Derive(a, Padding.ZeroFill(Self(a), Size(a[1]), context), context)),
        Method("removeprefix", "prefix", static (context, a) => Self(a).Text.StartsWith(Text(a[1], "removeprefix"), StringComparison.Ordinal)
            ? Derive(a, Self(a).Text[((StringValue)a[1]).Text.Length..], context)
            : a[0]),
        Method("removesuffix", "suffix", static (context, a) => Self(a).Text.EndsWith(Text(a[1], "removesuffix"), StringComparison.Ordinal)
            ? Derive(a, Self(a).Text[..^((StringValue)a[1]).Text.Length], context)
            : a[0]),
        Method("expandtabs", "tabsize?", static (context, a) => Derive(a, Padding.ExpandTabs(Self(a).Text, a[1] is null ? 8 : Size(a[1]), context), context)),
        Method("replace", "old new count?", static (context, a) => Derive(
            a, Replacing.Replace(Self(a).Text, Text(a[1], "replace"), Text(a[2], "replace"), a[3] is null ? -1 : Size(a[3]), context), context)),
        Method("join", "iterable", static (context, a) => Derive(a, Join(Self(a).Text, a[1], context), context)),
        NativeFunction.WithRest("format", static (context, self, arguments) =>
            StringValue.Create(new BraceFormatter(context, arguments).Format(((StringValue)self!).Text), context)),
        Method("format_map", "mapping", static (context, a) => StringValue.Create(
            new BraceFormatter(context, new Arguments([], [.. ((DictionaryValue)a[1]).Entries.Select(entry => KeyValuePair.Create(context.Text(entry.Key), entry.Value))]))
                .Format(Self(a).Text),
            context)),
    ];

    private static string Join(string separator, Value items, RenderContext context)
    {
        var text = new BoundedText(context);
        int count = 0;
        foreach (Value item in context.ToList(items))
        {
            if (item is not StringValue part)
            {
                throw new TemplateFailure($"sequence item {count}: expected str instance, {item.TypeName} found");
            }

            text.Append(count++ == 0 ? "" : separator);
            text.Append(part.Text);
        }

        return text.ToString();
    }
}

internal static partial class StringMethods
{
    private static NativeFunction[] Split() =>
    [
        Method("split", "sep? maxsplit?", static (context, a) => List(Splitting.Split(Self(a).Text, Separator(a[1]), Limit(a[2]), false, context), context)),
        Method("rsplit", "sep? maxsplit?", static (context, a) => List(Splitting.Split(Self(a).Text, Separator(a[1]), Limit(a[2]), true, context), context)),
        Method("splitlines", "keepends?", static (context, a) => List(Splitting.Lines(Self(a).Text, a[1]?.IsTrue(context) ?? false), context)),
        Method("partition", "sep", static (context, a) => Partition(a, false, context)),
        Method("rpartition", "sep", static (context, a) => Partition(a, true, context)),
    ];

    private static string? Separator(Value? value)
    {
        if (value is null or NoneValue)
        {
            return null;
        }

        string separator = Text(value, "split");
        return separator.Length > 0 ? separator : throw new TemplateFailure("empty separator");
    }

    private static int Limit(Value? value) => value is null || Size(value) < 0 ? int.MaxValue : Size(value);

    private static ListValue List(List<string> parts, RenderContext context)
        => ListValue.Create(parts.Select(Value (part) => StringValue.Create(part, context)).ToArray(), context);

    private static TupleValue Partition(Value[] a, bool last, RenderContext context)
    {
        string text = Self(a).Text;
        string separator = Separator(a[1]) ?? throw new TemplateFailure("must be str, not NoneType");
        context.Search(text.Length, separator.Length);
        int at = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        string[] parts = at >= 0 ? [text[..at], separator, text[(at + separator.Length)..]] : last ? ["", "", text] : [text, "", ""];
        return TupleValue.Create([.. parts.Select(part => StringValue.Create(part, context))], context);
    }
}
