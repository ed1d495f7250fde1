using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

/// <summary>Keys of dictionaries and sets: equal numbers are one key, whatever their type.</summary>
internal sealed class ValueComparer(RenderContext context) : IEqualityComparer<Value>
{
    public bool Equals(Value? x, Value? y) => ReferenceEquals(x, y) || (x is not null && y is not null && x.Matches(y, context));

    public int GetHashCode(Value obj) => obj.Hash(context);
}
