using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

internal sealed class BooleanValue : Value
{
    private readonly bool _value;

    private BooleanValue(bool value) => _value = value;

    public static BooleanValue True { get; } = new(true);

    public static BooleanValue False { get; } = new(false);

    public override string TypeName => "bool";

    public static BooleanValue Of(bool value) => value ? True : False;

    public override bool IsTrue(RenderContext context) => _value;

    public override void WriteRepresentation(BoundedText text) => text.Append(_value ? "True" : "False");

    public override bool Matches(Value other, RenderContext context) => Numbers.AreEqual(this, other);

    public override int Hash(RenderContext context) => _value ? 1 : 0;
}
