using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;
using static OrleansInference.Text.Templates.Functions.FunctionTable;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Filters that order, group or compare the items of a sequence.</summary>
internal static class OrderFilters
{
    public static NativeFunction[] All() =>
    [
        Method("sort", "reverse? case_sensitive? attribute?", static (context, a) => Sort(a, context)),
        Method("dictsort", "case_sensitive? by? reverse?", static (context, a) => SortDictionary(a, context)),
        Method("min", "case_sensitive? attribute?", static (context, a) => Extreme(a, false, context)),
        Method("max", "case_sensitive? attribute?", static (context, a) => Extreme(a, true, context)),
        Method("unique", "case_sensitive? attribute?", static (context, a) => new IteratorValue(Unique(a, context))),
        Method("groupby", "attribute default? case_sensitive?", static (context, a) => Group(a, context)),
    ];

    private static ListValue Sort(Value[] a, RenderContext context)
    {
        AttributePath[] paths = AttributePath.ParseMany(a[3]);
        bool caseSensitive = a[2]?.IsTrue(context) ?? false;
        return ListValue.Create(
            Sorting.Sort(
                context.ToList(a[0]),
                item => ListValue.Create(paths.Select(path => AttributePath.Fold(path.Follow(item, context), caseSensitive, context)).ToArray(), context),
                a[1]?.IsTrue(context) ?? false,
                context),
            context);
    }

    private static ListValue SortDictionary(Value[] a, RenderContext context)
    {
        string by = a[2] is null ? "key" : context.Text(a[2]);
        if (by is not ("key" or "value"))
        {
            throw new TemplateFailure("You can only sort by either \"key\" or \"value\"");
        }

        if (a[0] is not DictionaryValue dictionary)
        {
            throw (a[0] as UndefinedValue)?.Failure() ?? new TemplateFailure($"'{a[0].TypeName}' object has no attribute 'items'");
        }

        bool caseSensitive = a[1]?.IsTrue(context) ?? false;
        int part = by == "key" ? 0 : 1;
        return ListValue.Create(
            Sorting.Sort(
                context.ToList(new DictionaryView(dictionary, "items")),
                pair => AttributePath.Fold(((TupleValue)pair).Items[part], caseSensitive, context),
                a[3]?.IsTrue(context) ?? false,
                context),
            context);
    }

    private static Value Extreme(Value[] a, bool largest, RenderContext context)
    {
        AttributePath path = AttributePath.Parse(a[2]);
        bool caseSensitive = a[1]?.IsTrue(context) ?? false;
        Value? best = null;
        Value? bestKey = null;
        IEnumerator<Value> items = a[0].Iterate(context);
        while (items.MoveNext())
        {
            Value key = AttributePath.Fold(path.Follow(items.Current, context), caseSensitive, context);
            if (bestKey is null || (largest ? Comparison.Compare(key, bestKey, context, ">") > 0 : Comparison.Compare(key, bestKey, context) < 0))
            {
                (best, bestKey) = (items.Current, key);
            }
        }

        return best ?? new UndefinedValue("No aggregated item, sequence was empty.");
    }

    private static IEnumerator<Value> Unique(Value[] a, RenderContext context)
    {
        AttributePath path = AttributePath.Parse(a[2]);
        bool caseSensitive = a[1]?.IsTrue(context) ?? false;
        var seen = new HashSet<Value>(context.Comparer);
        IEnumerator<Value> items = a[0].Iterate(context);
        while (items.MoveNext())
        {
            context.Allocate(8);
            context.Step();
            if (seen.Add(AttributePath.Fold(path.Follow(items.Current, context), caseSensitive, context)))
            {
                yield return items.Current;
            }
        }
    }

    private static ListValue Group(Value[] a, RenderContext context)
    {
        AttributePath path = AttributePath.Parse(a[1]);
        bool caseSensitive = a[3]?.IsTrue(context) ?? false;
        List<Value> sorted = Sorting.Sort(context.ToList(a[0]), Key, false, context);
        List<Value> groups = [];
        int start = 0;
        for (int i = 1; i <= sorted.Count; i++)
        {
            if (i == sorted.Count || !Comparison.AreEqual(Key(sorted[start]), Key(sorted[i]), context))
            {
                groups.Add(GroupValue.Create(path.Follow(sorted[start], context, a[2]), ListValue.Create(sorted.GetRange(start, i - start), context), context));
                start = i;
            }
        }

        return ListValue.Create(groups, context);

        Value Key(Value item) => AttributePath.Fold(path.Follow(item, context, a[2]), caseSensitive, context);
    }
}
