using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;
using static OrleansInference.Text.Templates.Functions.FunctionTable;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Filters that format text in lines and columns.</summary>
internal static class LayoutFilters
{
    public static NativeFunction[] All() =>
    [
        Method("center", "width?", static (context, a) => StringValue.Create(
            Padding.Center(new StringValue(context.Text(a[0])), a[1] is null ? 80 : StringMethods.Size(a[1]), null, context), context)),
        Method("indent", "width? first? blank?", static (context, a) => Indent(
            context.Text(a[0]), a[1], a[2]?.IsTrue(context) ?? false, a[3]?.IsTrue(context) ?? false, context)),
        Method("truncate", "length? killwords? end? leeway?", static (context, a) => Truncate(a, context)),
    ];

    private static StringValue Indent(string text, Value? width, bool first, bool blank, RenderContext context)
    {
        string indent = width is StringValue given ? given.Text : Padding.Pad(StringValue.Empty, width is null ? 4 : StringMethods.Size(width), null, true, context);
        List<string> lines = Splitting.Lines(text + "\n", false);
        var result = new BoundedText(context);
        for (int i = 0; i < lines.Count; i++)
        {
            context.Step();
            result.Append(i > 0 ? "\n" : "");
            result.Append((i == 0 && first) || (i > 0 && (blank || lines[i].Length > 0)) ? indent : "");
            result.Append(lines[i]);
        }

        return result.ToValue();
    }

    private static StringValue Truncate(Value[] a, RenderContext context)
    {
        var text = new StringValue(context.Text(a[0]));
        int length = a[1] is null ? 255 : StringMethods.Size(a[1]);
        var end = new StringValue(a[3] is null ? "..." : context.Text(a[3]));
        int leeway = a[4] is null or NoneValue ? 5 : StringMethods.Size(a[4]);
        if (length < end.Count(context) || leeway < 0)
        {
            throw new TemplateFailure($"expected length >= {end.Count(context)} and leeway >= 0, got {length} and {leeway}");
        }

        if (text.Count(context) <= (long)length + leeway)
        {
            return text;
        }

        string kept = text.Substring(0, length - end.Count(context), context);
        int space = kept.LastIndexOf(' ');
        return StringValue.Create((a[2]?.IsTrue(context) == true || space < 0 ? kept : kept[..space]) + end.Text, context);
    }
}
