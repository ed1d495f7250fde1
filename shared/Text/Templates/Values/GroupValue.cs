using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

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
