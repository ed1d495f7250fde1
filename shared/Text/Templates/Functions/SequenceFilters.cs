using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;
using static OrleansInference.Text.Templates.Functions.FunctionTable;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Filters on sequences as they are.</summary>
internal static class SequenceFilters
{
    public static NativeFunction[] All() =>
    [
        Method("length", "", static (context, a) => Length(a[0], context)),
        Method("count", "", static (context, a) => Length(a[0], context)),
        Method("list", "", static (context, a) => ListValue.Create(context.ToList(a[0]), context)),
        Method("first", "", static (context, a) => First(a[0], context)),
        Method("last", "", static (context, a) => Last(a[0], context)),
        Method("reverse", "", static (context, a) => Reverse(a[0], context)),
        Method("join", "d? attribute?", static (context, a) => Join(a, context)),
        Method("sum", "attribute? start?", static (context, a) => Sum(a, context)),
        Method("batch", "linecount fill_with?", static (context, a) => new IteratorValue(Batch(a[0], StringMethods.Size(a[1]), a[2], context))),
        Method("slice", "slices fill_with?", static (context, a) => new IteratorValue(Slice(a[0], StringMethods.Size(a[1]), a[2], context))),
    ];

    private static IntegerValue Length(Value value, RenderContext context) => value.Length(context) is { } length
        ? IntegerValue.Of(length)
        : throw new TemplateFailure($"object of type '{value.TypeName}' has no len()");

    private static Value First(Value value, RenderContext context)
    {
        IEnumerator<Value> items = value.Iterate(context);
        return items.MoveNext() ? items.Current : new UndefinedValue("No first item, sequence was empty.");
    }

    private static Value Last(Value value, RenderContext context)
    {
        if (value.Length(context) is not { } length)
        {
            throw new TemplateFailure($"'{value.TypeName}' object is not reversible");
        }

        if (length == 0)
        {
            return new UndefinedValue("No last item, sequence was empty.");
        }

        return value is DictionaryValue or DictionaryView ? context.ToList(value)[^1] : value.Item(IntegerValue.Of(length - 1), context)!;
    }

    private static Value Reverse(Value value, RenderContext context)
    {
        if (value is StringValue)
        {
            return Slicing.Slice(value, null, null, IntegerValue.Of(-1), context);
        }

        List<Value> items = context.ToList(value);
        items.Reverse();
        return value.Length(context) is null ? ListValue.Create(items, context) : new IteratorValue(items.GetEnumerator());
    }

    private static StringValue Join(Value[] a, RenderContext context)
    {
        AttributePath path = AttributePath.Parse(a[2]);
        string separator = a[1] is null ? "" : context.Text(a[1]);
        var text = new BoundedText(context);
        bool first = true;
        IEnumerator<Value> items = a[0].Iterate(context);
        while (items.MoveNext())
        {
            context.Step();
            text.Append(first ? "" : separator);
            path.Follow(items.Current, context).WriteText(text);
            first = false;
        }

        return text.ToValue();
    }

    private static Value Sum(Value[] a, RenderContext context)
    {
        AttributePath path = AttributePath.Parse(a[1]);
        Value total = a[2] ?? IntegerValue.Of(0);
        if (total is StringValue)
        {
            throw new TemplateFailure("sum() can't sum strings [use ''.join(seq) instead]");
        }

        IEnumerator<Value> items = a[0].Iterate(context);
        while (items.MoveNext())
        {
            context.Step();
            total = Arithmetic.Add(total, path.Follow(items.Current, context), context);
        }

        return total;
    }

    private static IEnumerator<Value> Batch(Value value, int size, Value? fill, RenderContext context)
    {
        List<Value> batch = [];
        IEnumerator<Value> items = value.Iterate(context);
        while (items.MoveNext())
        {
            if (batch.Count == size)
            {
                yield return ListValue.Create(batch, context);
                batch = [];
            }

            context.Step();
            batch.Add(items.Current);
        }

        if (batch.Count > 0)
        {
            while (fill is not null and not NoneValue && batch.Count < size)
            {
                context.Allocate(4);
                context.Step();
                batch.Add(fill);
            }

            yield return ListValue.Create(batch, context);
        }
    }

    private static IEnumerator<Value> Slice(Value value, int slices, Value? fill, RenderContext context)
    {
        List<Value> items = context.ToList(value);
        if (slices == 0)
        {
            throw new TemplateFailure("integer division or modulo by zero");
        }

        int size = slices < 0 ? 0 : items.Count / slices;
        int longer = slices < 0 ? 0 : items.Count % slices;
        int start = 0;
        for (int i = 0; i < slices; i++)
        {
            context.Step();
            int count = size + (i < longer ? 1 : 0);
            List<Value> slice = items.GetRange(start, count);
            start += count;
            if (fill is not null and not NoneValue && i >= longer)
            {
                slice.Add(fill);
            }

            yield return ListValue.Create(slice, context);
        }
    }
}
