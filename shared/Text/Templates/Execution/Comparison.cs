using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Execution;

/// <summary>The comparison operators.</summary>
internal static class Comparison
{
    public static bool Holds(string sign, Value left, Value right, RenderContext context) => sign switch
    {
        "==" => AreEqual(left, right, context),
        "!=" => !AreEqual(left, right, context),
        "in" => Contains(right, left, context),
        "not in" => !Contains(right, left, context),
        _ => Ordered(sign, left, right, context),
    };

    public static bool AreEqual(Value left, Value right, RenderContext context) => ReferenceEquals(left, right) || left.Matches(right, context);

    /// <summary>Orders two values of comparable types; null where neither comes first (NaN).</summary>
    public static int? Compare(Value left, Value right, RenderContext context, string sign = "<")
    {
        context.Step();
        if (left is StringValue first && right is StringValue second)
        {
            context.Scan(Math.Min(first.Text.Length, second.Text.Length));
            return ComparePoints(first.Text, second.Text);
        }

        if (Numbers.IsNumber(left) && Numbers.IsNumber(right))
        {
            return Numbers.Compare(left, right);
        }

        if (left is SequenceValue head && right is SequenceValue tail && (left is TupleValue) == (right is TupleValue))
        {
            return CompareItems(head.Items, tail.Items, context, sign);
        }

        left.RequireDefined();
        right.RequireDefined();
        throw new TemplateFailure($"'{sign}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
    }

    public static bool Contains(Value container, Value item, RenderContext context)
    {
        switch (container)
        {
            case StringValue text:
                if (item is not StringValue part)
                {
                    throw new TemplateFailure($"'in <string>' requires string as left operand, not {item.TypeName}");
                }

                context.Search(text.Text.Length, part.Text.Length);
                return text.Text.Contains(part.Text, StringComparison.Ordinal);
            case DictionaryValue dictionary:
                return dictionary.Find(item, context) is not null;
            case { IsIterable: true }:
                IEnumerator<Value> items = container.Iterate(context);
                while (items.MoveNext())
                {
                    context.Step();
                    if (AreEqual(items.Current, item, context))
                    {
                        return true;
                    }
                }

                return false;
            default:
                throw new TemplateFailure($"argument of type '{container.TypeName}' is not iterable");
        }
    }

    private static bool Ordered(string sign, Value left, Value right, RenderContext context)
        => Compare(left, right, context, sign) is { } order && sign switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };

    private static int? CompareItems(Value[] left, Value[] right, RenderContext context, string sign)
    {
        int shared = Math.Min(left.Length, right.Length);
        for (int i = 0; i < shared; i++)
        {
            context.Step();
            if (!AreEqual(left[i], right[i], context))
            {
                return Compare(left[i], right[i], context, sign);
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    // UTF-16 orders surrogates before U+E000..U+FFFF; by code points they come after.
    private static int ComparePoints(string left, string right)
    {
        int at = left.AsSpan().CommonPrefixLength(right);
        if (at == left.Length || at == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        return Rank(left[at]).CompareTo(Rank(right[at]));

        static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
    }
}
