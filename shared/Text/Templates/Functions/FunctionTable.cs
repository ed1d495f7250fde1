using System.Collections.Frozen;
using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Functions by name, with helpers to declare them.</summary>
internal static class FunctionTable
{
    public static FrozenDictionary<string, NativeFunction> Create(params IEnumerable<NativeFunction>[] groups)
        => groups.SelectMany(static group => group).ToFrozenDictionary(static function => function.Name, StringComparer.Ordinal);

    public static NativeFunction Method(string name, string parameters, Func<RenderContext, Value[], Value> body)
        => new(name, parameters, body, takesSelf: true);
}

/// <summary>The filters of <c>value | filter</c>.</summary>
internal static class FilterTable
{
    private static readonly FrozenDictionary<string, NativeFunction> Known =
        FunctionTable.Create(TextFilters.All(), LayoutFilters.All(), NumberFilters.All(), SequenceFilters.All(), OrderFilters.All(), SelectionFilters.All(), DataFilters.All());

    public static NativeFunction? Find(string name) => Known.GetValueOrDefault(name);
}
