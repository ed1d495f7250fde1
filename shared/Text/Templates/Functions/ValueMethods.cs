using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Methods of lists and tuples; those that would change a list are refused.</summary>
internal static class SequenceMethods
{
    private static readonly HashSet<string> Mutating = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"];

    private static readonly NativeFunction Count = FunctionTable.Method("count", "value", static (context, a) =>
    {
        context.Work(((SequenceValue)a[0]).Items.Length);
        return IntegerValue.Of(((SequenceValue)a[0]).Items.Count(item => Comparison.AreEqual(item, a[1], context)));
    });

    private static readonly NativeFunction Index = FunctionTable.Method("index", "value start? stop?", static (context, a) =>
    {
        Value[] items = ((SequenceValue)a[0]).Items;
        (int start, int end) = StringMethods.Bounds(a[2], a[3], items.Length);
        context.Work(items.Length);
        for (int i = start; i < end; i++)
        {
            if (Comparison.AreEqual(items[i], a[1], context))
            {
                return IntegerValue.Of(i);
            }
        }

        throw new TemplateFailure($"the value is not in the {a[0].TypeName}");
    });

    private static readonly NativeFunction Copy = FunctionTable.Method("copy", "", static (_, a) => a[0]);

    public static Value? FindForTuple(TupleValue tuple, string name) => name switch
    {
        "count" => new NativeMethod(tuple, Count),
        "index" => new NativeMethod(tuple, Index),
        _ => null,
    };

    public static Value? FindForList(ListValue list, string name) => name switch
    {
        "count" => new NativeMethod(list, Count),
        "index" => new NativeMethod(list, Index),
        "copy" => new NativeMethod(list, Copy),
        _ => Mutating.Contains(name) ? Access.Refuse(list, name) : null,
    };
}

internal static class DictionaryMethods
{
    private static readonly HashSet<string> Mutating = ["clear", "pop", "popitem", "setdefault", "update"];

    private static readonly NativeFunction Get = FunctionTable.Method(
        "get", "key default?", static (context, a) => ((DictionaryValue)a[0]).Find(a[1], context) ?? a[2] ?? NoneValue.Instance);

    private static readonly NativeFunction Copy = FunctionTable.Method("copy", "", static (_, a) => a[0]);

    private static readonly NativeFunction[] Views =
    [
        .. new[] { "keys", "values", "items" }.Select(static kind => FunctionTable.Method(kind, "", (_, a) => new DictionaryView((DictionaryValue)a[0], kind))),
    ];

    public static Value? Find(DictionaryValue dictionary, string name)
    {
        NativeFunction? method = name switch
        {
            "get" => Get,
            "keys" => Views[0],
            "values" => Views[1],
            "items" => Views[2],
            "copy" => Copy,
            _ => null,
        };
        return method is not null ? new NativeMethod(dictionary, method) : Mutating.Contains(name) ? Access.Refuse(dictionary, name) : null;
    }
}

internal static class FloatMethods
{
    public static NativeFunction IsInteger { get; } = FunctionTable.Method(
        "is_integer", "", static (_, a) => BooleanValue.Of(Math.Floor(((FloatValue)a[0]).Number) == ((FloatValue)a[0]).Number));
}

internal static class LoopMethods
{
    public static NativeFunction Cycle { get; } = NativeFunction.WithRest("cycle", static (_, self, arguments) => arguments.Positional.Length > 0
        ? arguments.Positional[(((LoopValue)self!).Rounds - 1) % arguments.Positional.Length]
        : throw new TemplateFailure("no items for cycling given"));

    public static NativeFunction Changed { get; } = NativeFunction.WithRest(
        "changed", static (_, self, arguments) => BooleanValue.Of(((LoopValue)self!).HasChanged(arguments.Positional)));
}
