using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Execution;

/// <summary>Attributes and items: each falls back to the other, and to an undefined value.</summary>
internal static class Access
{
    public static Value Attribute(Value target, StringValue name, RenderContext context)
    {
        target.RequireDefined();
        return target.Attribute(name.Text, context) ?? target.Item(name, context) ?? new UndefinedValue(target, name);
    }

    public static Value Item(Value target, Value key, RenderContext context)
    {
        target.RequireDefined();
        return target.Item(key, context)
            ?? (key is StringValue name ? target.Attribute(name.Text, context) : null)
            ?? new UndefinedValue(target, key);
    }

    /// <summary>The undefined value for a method that would change its object.</summary>
    public static UndefinedValue Refuse(Value target, string name)
        => new($"access to attribute '{name}' of '{target.TypeName}' object is unsafe.", name);
}

/// <summary>Python's indexes and slices: negative positions count from the end, slices clamp.</summary>
internal static class Slicing
{
    public static bool TryIndex(Value key, int length, out int index)
    {
        index = 0;
        if (!Numbers.TryGetInteger(key, out BigInteger position))
        {
            return false;
        }

        BigInteger resolved = position.Sign < 0 ? position + length : position;
        if (resolved.Sign < 0 || resolved >= length)
        {
            return false;
        }

        index = (int)resolved;
        return true;
    }

    public static Value Slice(Value target, Value? start, Value? stop, Value? step, RenderContext context)
    {
        target.RequireDefined();
        if (target is not (StringValue or SequenceValue or RangeValue))
        {
            throw new TemplateFailure(target is DictionaryValue ? "unhashable type: 'slice'" : $"'{target.TypeName}' object is not subscriptable");
        }

        int length = target.Length(context)!.Value;
        BigInteger stride = Bound(step) ?? BigInteger.One;
        if (stride.IsZero)
        {
            throw new TemplateFailure("slice step cannot be zero");
        }

        bool forward = stride.Sign > 0;
        int first = Clamp(Bound(start), length, forward ? 0 : length - 1, forward);
        int end = Clamp(Bound(stop), length, forward ? length : -1, forward);
        int jump = (int)BigInteger.Min(BigInteger.Max(stride, -length - 1), length + 1);
        int count = forward ? Math.Max(0, (int)(((long)end - first + jump - 1) / jump)) : Math.Max(0, (int)(((long)first - end - jump - 1) / -jump));
        return target switch
        {
            StringValue text => SliceText(text, first, jump, count, context),
            RangeValue range => new RangeValue(
                range.Start + (first * range.Step), range.Start + ((first + ((long)count * jump)) * range.Step), range.Step * jump, count),
            _ => SliceItems((SequenceValue)target, first, jump, count, context),
        };
    }

    private static StringValue SliceText(StringValue text, int first, int jump, int count, RenderContext context)
    {
        if (jump == 1)
        {
            return count == text.Count(context) ? text : StringValue.Create(count == 0 ? "" : text.Substring(first, first + count, context), context);
        }

        var result = new BoundedText(context);
        for (int i = 0; i < count; i++)
        {
            int at = first + (i * jump);
            result.Append(text.Text.AsSpan()[text.CharIndex(at, context)..text.CharIndex(at + 1, context)]);
        }

        return result.ToValue();
    }

    private static Value SliceItems(SequenceValue sequence, int first, int jump, int count, RenderContext context)
    {
        context.Allocate(4L * count);
        var items = new Value[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = sequence.Items[first + (i * jump)];
        }

        return sequence is TupleValue ? TupleValue.Create(items, context) : ListValue.Create(items, context);
    }

    private static BigInteger? Bound(Value? value)
    {
        if (value is null or NoneValue)
        {
            return null;
        }

        return Numbers.TryGetInteger(value, out BigInteger bound)
            ? bound
            : throw new TemplateFailure("slice indices must be integers or None or have an __index__ method");
    }

    private static int Clamp(BigInteger? bound, int length, int missing, bool forward)
    {
        if (bound is not { } position)
        {
            return missing;
        }

        position = position.Sign < 0 ? position + length : position;
        int lowest = forward ? 0 : -1;
        int highest = forward ? length : length - 1;
        return position < lowest ? lowest : position > highest ? highest : (int)position;
    }
}
