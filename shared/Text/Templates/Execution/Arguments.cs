using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Execution;

/// <summary>The evaluated arguments of a call.</summary>
internal sealed class Arguments(Value[] positional, List<KeyValuePair<string, Value>> named)
{
    public static Arguments Empty { get; } = new([], []);

    public Value[] Positional { get; } = positional;

    public IReadOnlyList<KeyValuePair<string, Value>> Named { get; } = named;

    public Value Single(string function)
        => Positional.Length == 1 && Named.Count == 0
            ? Positional[0]
            : throw new TemplateFailure($"{function}() takes exactly one argument ({Positional.Length + Named.Count} given)");
}
