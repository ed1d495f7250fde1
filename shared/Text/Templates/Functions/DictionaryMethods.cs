using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

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
