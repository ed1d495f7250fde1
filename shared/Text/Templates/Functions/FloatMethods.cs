using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

internal static class FloatMethods
{
    public static NativeFunction IsInteger { get; } = FunctionTable.Method(
        "is_integer", "", static (_, a) => BooleanValue.Of(Math.Floor(((FloatValue)a[0]).Number) == ((FloatValue)a[0]).Number));
}
