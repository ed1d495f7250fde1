using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;

namespace OrleansInference.Text.Templates.Values;

internal sealed class FloatValue(double number) : Value
{
    public double Number { get; } = number;

    public override string TypeName => "float";

    public override bool IsTrue(RenderContext context) => Number != 0;

    public override void WriteRepresentation(BoundedText text) => text.Append(FloatText.Format(Number));

    public override bool Matches(Value other, RenderContext context) => Numbers.AreEqual(this, other);

    public override int Hash(RenderContext context) => Numbers.Hash(this);

    public override Value? Attribute(string name, RenderContext context)
        => name == "is_integer" ? new NativeMethod(this, FloatMethods.IsInteger) : null;
}
