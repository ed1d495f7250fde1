using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>A stable sort by the template language's order.</summary>
internal static class Sorting
{
    public static List<T> Sort<T>(List<T> items, Func<T, Value> key, bool descending, RenderContext context)
    {
        context.Allocate(8L * items.Count);
        (T Item, Value Key)[] source = [.. items.Select(item => (item, key(item)))];
        var target = new (T Item, Value Key)[source.Length];
        for (int width = 1; width < source.Length; width *= 2)
        {
            for (int start = 0; start < source.Length; start += 2 * width)
            {
                Merge(source, target, start, Math.Min(start + width, source.Length), Math.Min(start + (2 * width), source.Length), descending, context);
            }

            (source, target) = (target, source);
        }

        return [.. source.Select(static pair => pair.Item)];
    }

    private static void Merge<T>(
        (T Item, Value Key)[] source, (T Item, Value Key)[] target, int start, int middle, int end, bool descending, RenderContext context)
    {
        int left = start;
        int right = middle;
        for (int i = start; i < end; i++)
        {
            bool takeRight = right < end && (left >= middle || ComesFirst(source[right].Key, source[left].Key, descending, context));
            target[i] = takeRight ? source[right++] : source[left++];
        }
    }

    // Whether the later element must move before the earlier one.
    private static bool ComesFirst(Value later, Value earlier, bool descending, RenderContext context)
        => descending ? Comparison.Compare(earlier, later, context) < 0 : Comparison.Compare(later, earlier, context) < 0;
}
