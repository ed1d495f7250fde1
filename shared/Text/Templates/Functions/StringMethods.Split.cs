using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;
using static OrleansInference.Text.Templates.Functions.FunctionTable;

namespace OrleansInference.Text.Templates.Functions;

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
