using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

/// <summary>The only value that a template can change: <c>namespace(…)</c>.</summary>
internal sealed class NamespaceValue : Value
{
    private readonly Dictionary<string, Value> _attributes = new(StringComparer.Ordinal);

    public override string TypeName => "jinja2.utils.Namespace";

    public void Set(string name, Value value, RenderContext context)
    {
        context.Allocate(8);
        _attributes[name] = value;
    }

    public override Value? Attribute(string name, RenderContext context) => _attributes.GetValueOrDefault(name);

    public override void WriteRepresentation(BoundedText text)
    {
        RenderContext.GuardStack();
        text.Append("<Namespace {");
        string separator = "";
        foreach ((string name, Value value) in _attributes)
        {
            text.Append(separator);
            StringRepresentation.Write(name, text);
            text.Append(": ");
            value.WriteRepresentation(text);
            separator = ", ";
        }

        text.Append("}>");
    }
}
