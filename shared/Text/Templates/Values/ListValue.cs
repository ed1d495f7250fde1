using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;

namespace OrleansInference.Text.Templates.Values;


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
