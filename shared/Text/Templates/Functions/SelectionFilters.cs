using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Filters that map or select the items of a sequence lazily, one at a time.</summary>
internal static class SelectionFilters
{
    public static NativeFunction[] All() =>
    [
        NativeFunction.WithRest("map", static (context, self, arguments) => new IteratorValue(Map(self!, arguments, context))),
        NativeFunction.WithRest("select", static (context, self, arguments) => new IteratorValue(Pick(self!, arguments, true, false, context))),
        NativeFunction.WithRest("reject", static (context, self, arguments) => new IteratorValue(Pick(self!, arguments, false, false, context))),
        NativeFunction.WithRest("selectattr", static (context, self, arguments) => new IteratorValue(Pick(self!, arguments, true, true, context))),
        NativeFunction.WithRest("rejectattr", static (context, self, arguments) => new IteratorValue(Pick(self!, arguments, false, true, context))),
    ];

    private static IEnumerator<Value> Map(Value value, Arguments arguments, RenderContext context)
    {
        if (!value.IsTrue(context))
        {
            yield break;
        }

        Func<Value, Value> function = Mapping(arguments, context);
        IEnumerator<Value> items = value.Iterate(context);
        while (items.MoveNext())
        {
            context.Step();
            yield return function(items.Current);
        }
    }

    private static Func<Value, Value> Mapping(Arguments arguments, RenderContext context)
    {
        if (arguments.Positional.Length > 0)
        {
            string name = context.Text(arguments.Positional[0]);
            NativeFunction filter = FilterTable.Find(name) ?? throw new TemplateFailure($"No filter named '{name}'.");
            var rest = new Arguments(arguments.Positional[1..], [.. arguments.Named]);
            return item => filter.Invoke(context, item, rest);
        }

        Value? attribute = null;
        Value? fallback = null;
        foreach ((string name, Value value) in arguments.Named)
        {
            (attribute, fallback) = name switch
            {
                "attribute" => (value, fallback),
                "default" => (attribute, value),
                _ => throw new TemplateFailure($"Unexpected keyword argument '{name}'"),
            };
        }

        AttributePath path = AttributePath.Parse(attribute ?? throw new TemplateFailure("map requires a filter argument"));
        return item => path.Follow(item, context, fallback);
    }

    private static IEnumerator<Value> Pick(Value value, Arguments arguments, bool wanted, bool byAttribute, RenderContext context)
    {
        if (!value.IsTrue(context))
        {
            yield break;
        }

        Func<Value, bool> holds = Condition(arguments, byAttribute, context);
        IEnumerator<Value> items = value.Iterate(context);
        while (items.MoveNext())
        {
            context.Step();
            if (holds(items.Current) == wanted)
            {
                yield return items.Current;
            }
        }
    }

    private static Func<Value, bool> Condition(Arguments arguments, bool byAttribute, RenderContext context)
    {
        Value[] positional = arguments.Positional;
        int offset = byAttribute ? 1 : 0;
        if (positional.Length < offset)
        {
            throw new TemplateFailure("Missing parameter for attribute name");
        }

        AttributePath path = AttributePath.Parse(byAttribute ? positional[0] : null);
        if (positional.Length == offset)
        {
            return item => path.Follow(item, context).IsTrue(context);
        }

        string name = context.Text(positional[offset]);
        NativeFunction test = TestTable.Find(name) ?? throw new TemplateFailure($"No test named '{name}'.");
        var rest = new Arguments(positional[(offset + 1)..], [.. arguments.Named]);
        return item => test.Invoke(context, path.Follow(item, context), rest).IsTrue(context);
    }
}
