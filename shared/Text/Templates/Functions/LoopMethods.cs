using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

internal static class LoopMethods
{
    public static NativeFunction Cycle { get; } = NativeFunction.WithRest("cycle", static (_, self, arguments) => arguments.Positional.Length > 0
        ? arguments.Positional[(((LoopValue)self!).Rounds - 1) % arguments.Positional.Length]
        : throw new TemplateFailure("no items for cycling given"));

    public static NativeFunction Changed { get; } = NativeFunction.WithRest(
        "changed", static (_, self, arguments) => BooleanValue.Of(((LoopValue)self!).HasChanged(arguments.Positional)));
}
