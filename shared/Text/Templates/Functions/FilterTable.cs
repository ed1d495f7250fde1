using System.Collections.Frozen;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>The filters of <c>value | filter</c>.</summary>
internal static class FilterTable
{
    private static readonly FrozenDictionary<string, NativeFunction> Known =
        FunctionTable.Create(TextFilters.All(), LayoutFilters.All(), NumberFilters.All(), SequenceFilters.All(), OrderFilters.All(), SelectionFilters.All(), DataFilters.All());

    public static NativeFunction? Find(string name) => Known.GetValueOrDefault(name);
}
