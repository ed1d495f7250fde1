using System.Globalization;
using System.Numerics;
using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

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
