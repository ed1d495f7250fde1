using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;
using static OrleansInference.Text.Templates.Functions.FunctionTable;

namespace OrleansInference.Text.Templates.Functions;

internal static partial class StringMethods
{
    private static NativeFunction[] Search() =>
    [
        Method("startswith", "prefix start? end?", static (context, a) => BooleanValue.Of(HasAffix(a, true, context))),
        Method("endswith", "suffix start? end?", static (context, a) => BooleanValue.Of(HasAffix(a, false, context))),
        Method("find", "sub start? end?", static (context, a) => IntegerValue.Of(FindPart(a, false, context))),
        Method("rfind", "sub start? end?", static (context, a) => IntegerValue.Of(FindPart(a, true, context))),
        Method("index", "sub start? end?", static (context, a) => FoundPart(a, false, context)),
        Method("rindex", "sub start? end?", static (context, a) => FoundPart(a, true, context)),
        Method("count", "sub start? end?", static (context, a) => IntegerValue.Of(CountPart(a, context))),
    ];

    private static bool HasAffix(Value[] a, bool prefix, RenderContext context)
    {
        if (Range(a, context) is not { } range)
        {
            return false;
        }

        ReadOnlySpan<char> text = Self(a).Text.AsSpan(range.Start, range.End - range.Start);
        foreach (Value affix in a[1] is TupleValue many ? many.Items : [a[1]])
        {
            string part = Text(affix, prefix ? "startswith" : "endswith");
            context.Step();
            context.Scan(part.Length);
            if (prefix ? text.StartsWith(part, StringComparison.Ordinal) : text.EndsWith(part, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static int FindPart(Value[] a, bool last, RenderContext context)
    {
        string part = Text(a[1], "find");
        if (Range(a, context) is not { } range)
        {
            return -1;
        }

        context.Search(range.End - range.Start, part.Length);
        ReadOnlySpan<char> text = Self(a).Text.AsSpan(range.Start, range.End - range.Start);
        int at = last ? text.LastIndexOf(part, StringComparison.Ordinal) : text.IndexOf(part, StringComparison.Ordinal);
        return at < 0 ? -1 : Self(a).PointIndex(at + range.Start, context);
    }

    private static IntegerValue FoundPart(Value[] a, bool last, RenderContext context)
    {
        int at = FindPart(a, last, context);
        return at >= 0 ? IntegerValue.Of(at) : throw new TemplateFailure("substring not found");
    }

    private static int CountPart(Value[] a, RenderContext context)
    {
        string part = Text(a[1], "count");
        if (Range(a, context) is not { } range)
        {
            return 0;
        }

        ReadOnlySpan<char> text = Self(a).Text.AsSpan(range.Start, range.End - range.Start);
        context.Search(text.Length, part.Length);
        if (part.Length == 0)
        {
            return Self(a).PointIndex(range.End, context) - Self(a).PointIndex(range.Start, context) + 1;
        }

        return text.Count(part);
    }

    // The optional bounds as positions in the text; null where the start lies behind the end.
    private static (int Start, int End)? Range(Value[] a, RenderContext context)
    {
        if (a[2] is null && a[3] is null)
        {
            return (0, Self(a).Text.Length);
        }

        int count = Self(a).Count(context);
        (int start, int end) = Bounds(a[2], a[3], count);
        bool beyond = a[2] is not null and not NoneValue && Integer(a[2]) > count;
        return start > end || beyond ? null : (Self(a).CharIndex(start, context), Self(a).CharIndex(end, context));
    }
}
