using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;

namespace OrleansInference.Text.Templates.Values;

internal sealed class NoneValue : Value
{
    public static NoneValue Instance { get; } = new();

    public override string TypeName => "NoneType";

    public override bool IsTrue(RenderContext context) => false;

    public override void WriteRepresentation(BoundedText text) => text.Append("None");
}

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

/// <summary>An integer of any size up to <see cref="MaxBits"/>.</summary>
internal sealed class IntegerValue : Value
{
    private const int MaxBits = 1 << 14;
    private const int MaxPrintedDigits = 4300;
    private static readonly IntegerValue[] Small = [.. Enumerable.Range(-16, 1041).Select(static value => new IntegerValue(value))];

    private IntegerValue(BigInteger value) => Number = value;

    public BigInteger Number { get; }

    public override string TypeName => "int";

    public static IntegerValue Of(long value) => value is >= -16 and <= 1024 ? Small[value + 16] : new IntegerValue(value);

    public static IntegerValue Of(BigInteger value)
    {
        if (value >= -16 && value <= 1024)
        {
            return Small[(int)value + 16];
        }

        return value.GetBitLength() <= MaxBits ? new IntegerValue(value) : throw new TemplateFailure($"an integer exceeds the limit of {MaxBits} bits");
    }

    public override bool IsTrue(RenderContext context) => !Number.IsZero;

    public override void WriteRepresentation(BoundedText text)
    {
        if (Number.GetBitLength() > 64)
        {
            text.Context.Work(Number.GetBitLength());
        }

        string digits = Number.ToString(CultureInfo.InvariantCulture);
        if (digits.Length > MaxPrintedDigits + (Number.Sign < 0 ? 1 : 0))
        {
            throw new TemplateFailure($"Exceeds the limit ({MaxPrintedDigits} digits) for integer string conversion");
        }

        text.Append(digits);
    }

    public override bool Matches(Value other, RenderContext context) => Numbers.AreEqual(this, other);

    public override int Hash(RenderContext context) => Numbers.Hash(this);

    public override Value? Attribute(string name, RenderContext context) => name switch
    {
        "real" or "numerator" => this,
        "imag" => Of(0),
        "denominator" => Of(1),
        _ => null,
    };
}

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
