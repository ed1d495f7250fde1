using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;

namespace OrleansInference.Text.Templates.Values;


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
