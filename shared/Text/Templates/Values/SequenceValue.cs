using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

/// <summary>Base of lists and tuples.</summary>
internal abstract class SequenceValue : Value
{
    protected SequenceValue(Value[] items, int depth)
    {
        Items = items;
        Depth = depth;
    }

    public Value[] Items { get; }

    public override int Depth { get; }

    public override bool IsIterable => true;

    public override bool IsTrue(RenderContext context) => Items.Length > 0;

    public override int? Length(RenderContext context) => Items.Length;

    public override Value? Item(Value key, RenderContext context) => Slicing.TryIndex(key, Items.Length, out int index) ? Items[index] : null;

    public override IEnumerator<Value> Iterate(RenderContext context) => ((IEnumerable<Value>)Items).GetEnumerator();

    public override bool Matches(Value other, RenderContext context)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is not SequenceValue that || (that is TupleValue) != (this is TupleValue) || that.Items.Length != Items.Length)
        {
            return false;
        }

        for (int i = 0; i < Items.Length; i++)
        {
            context.Step();
            if (!Comparison.AreEqual(Items[i], that.Items[i], context))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Charges a new sequence to the rendering and returns its depth.</summary>
    protected static int Measure(Value[] items, RenderContext context)
    {
        context.Allocate(4L * items.Length);
        int depth = 0;
        foreach (Value item in items)
        {
            depth = Math.Max(depth, item.Depth);
        }

        context.CheckDepth(depth + 1);
        return depth + 1;
    }

    protected void WriteItems(BoundedText text)
    {
        for (int i = 0; i < Items.Length; i++)
        {
            if (i > 0)
            {
                text.Append(", ");
            }

            Items[i].WriteRepresentation(text);
        }
    }
}
