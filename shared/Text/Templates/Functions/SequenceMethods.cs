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
