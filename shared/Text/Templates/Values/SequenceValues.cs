using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;

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

internal sealed class ListValue : SequenceValue
{
    private ListValue(Value[] items, int depth)
        : base(items, depth)
    {
    }

    public override string TypeName => "list";

    public static ListValue Create(Value[] items, RenderContext context) => new(items, Measure(items, context));

    public static ListValue Create(List<Value> items, RenderContext context) => Create(items.ToArray(), context);

    public override int Hash(RenderContext context) => throw new TemplateFailure("unhashable type: 'list'");

    public override Value? Attribute(string name, RenderContext context) => SequenceMethods.FindForList(this, name);

    public override void WriteRepresentation(BoundedText text)
    {
        text.Append('[');
        WriteItems(text);
        text.Append(']');
    }
}

internal class TupleValue : SequenceValue
{
    protected TupleValue(Value[] items, int depth)
        : base(items, depth)
    {
    }

    public override string TypeName => "tuple";

    public static TupleValue Create(Value[] items, RenderContext context) => new(items, Measure(items, context));

    public override int Hash(RenderContext context)
    {
        var hash = default(HashCode);
        foreach (Value item in Items)
        {
            context.Step();
            hash.Add(item.Hash(context));
        }

        return hash.ToHashCode();
    }

    public override Value? Attribute(string name, RenderContext context) => SequenceMethods.FindForTuple(this, name);

    public override void WriteRepresentation(BoundedText text)
    {
        text.Append('(');
        WriteItems(text);
        text.Append(Items.Length == 1 ? ",)" : ")");
    }
}

/// <summary>A group of <c>groupby</c>: a pair whose parts have names.</summary>
internal sealed class GroupValue : TupleValue
{
    private GroupValue(Value[] items, int depth)
        : base(items, depth)
    {
    }

    public static GroupValue Create(Value grouper, Value list, RenderContext context)
    {
        Value[] items = [grouper, list];
        return new GroupValue(items, Measure(items, context));
    }

    public override Value? Attribute(string name, RenderContext context) => name switch
    {
        "grouper" => Items[0],
        "list" => Items[1],
        _ => base.Attribute(name, context),
    };
}
