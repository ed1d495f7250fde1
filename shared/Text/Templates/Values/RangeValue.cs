using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

internal sealed class RangeValue(long start, long stop, long step, int count) : Value
{
    public override string TypeName => "range";

    public override bool IsIterable => true;

    public long Start => start;

    public long Step => step;

    public int Count => count;

    public override bool IsTrue(RenderContext context) => count > 0;

    public override int? Length(RenderContext context) => count;

    public override Value? Item(Value key, RenderContext context)
        => Slicing.TryIndex(key, count, out int index) ? IntegerValue.Of(start + (index * step)) : null;

    public override bool Matches(Value other, RenderContext context)
        => other is RangeValue that && that.Count == count && (count == 0 || (that.Start == start && (count == 1 || that.Step == step)));

    public override int Hash(RenderContext context) => HashCode.Combine(count, start);

    public override IEnumerator<Value> Iterate(RenderContext context)
    {
        for (int i = 0; i < count; i++)
        {
            yield return IntegerValue.Of(start + (i * step));
        }
    }

    public override void WriteRepresentation(BoundedText text)
        => text.Append(step == 1 ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})");
}
