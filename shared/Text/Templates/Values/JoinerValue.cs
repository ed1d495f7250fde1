using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

/// <summary>The result of <c>joiner(…)</c>: empty on the first call, the separator on each later one.</summary>
internal sealed class JoinerValue(Value separator) : Value
{
    private bool _used;

    public override string TypeName => "jinja2.utils.Joiner";

    public override bool IsCallable => true;

    public override Value Call(RenderContext context, Arguments arguments)
    {
        Value result = _used ? separator : StringValue.Empty;
        _used = true;
        return result;
    }

    public override void WriteRepresentation(BoundedText text) => text.Append("<Joiner>");
}
