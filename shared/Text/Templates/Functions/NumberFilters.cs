using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;
using static OrleansInference.Text.Templates.Functions.FunctionTable;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Filters on numbers.</summary>
internal static class NumberFilters
{
    public static NativeFunction[] All() =>
    [
        Method("abs", "", static (_, a) => Absolute(a[0])),
        Method("int", "default? base?", static (context, a) => ToInteger(a[0], a[2] is null ? 10 : StringMethods.Size(a[2])) ?? a[1] ?? IntegerValue.Of(0)),
        Method("float", "default?", static (_, a) => ToFloat(a[0]) is { } number ? new FloatValue(number) : a[1] ?? new FloatValue(0)),
        Method("round", "precision? method?", static (context, a) => Round(a, context)),
    ];

    private static Value Absolute(Value value)
    {
        if (Numbers.TryGetInteger(value, out BigInteger integer))
        {
            return IntegerValue.Of(BigInteger.Abs(integer));
        }

        return value switch
        {
            FloatValue real => new FloatValue(Math.Abs(real.Number)),
            UndefinedValue undefined => throw undefined.Failure(),
            _ => throw new TemplateFailure($"bad operand type for abs(): '{value.TypeName}'"),
        };
    }

    private static IntegerValue? ToInteger(Value value, int radix)
    {
        value.RequireDefined();
        if (Numbers.TryGetInteger(value, out BigInteger integer))
        {
            return IntegerValue.Of(integer);
        }

        if (value is StringValue text && IntegerText.Parse(text.Text, radix) is { } parsed)
        {
            return IntegerValue.Of(parsed);
        }

        return ToFloat(value) is { } number && double.IsFinite(number) ? IntegerValue.Of(new BigInteger(Math.Truncate(number))) : null;
    }

    private static double? ToFloat(Value value)
    {
        value.RequireDefined();
        if (value is not StringValue text)
        {
            return Numbers.IsNumber(value) ? Arithmetic.ToFloat(value) : null;
        }

        string trimmed = PythonText.TrimStart(PythonText.TrimEnd(text.Text)).ToString();
        string bare = trimmed.TrimStart('+', '-').ToLowerInvariant();
        if ((bare is "inf" or "infinity" or "nan") && trimmed.Length - bare.Length <= 1)
        {
            return bare == "nan" ? double.NaN : trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        }

        bool plain = trimmed.All(static c => char.IsAsciiDigit(c) || c is '.' or '+' or '-' or 'e' or 'E' or '_');
        return plain && IntegerText.WithoutUnderscores(trimmed) is { } digits
            && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
    }

    private static Value Round(Value[] a, RenderContext context)
    {
        int precision = a[1] is null ? 0 : StringMethods.Size(a[1]);
        string method = a[2] is null ? "common" : context.Text(a[2]);
        a[0].RequireDefined();
        if (!Numbers.TryGetFloat(a[0], out double number) || Math.Abs((long)precision) > 400)
        {
            throw new TemplateFailure($"round() cannot round a {a[0].TypeName} to {precision} places");
        }

        switch (method)
        {
            case "common" when Numbers.TryGetInteger(a[0], out BigInteger integer):
                return IntegerValue.Of(precision >= 0 ? integer : RoundInteger(integer, BigInteger.Pow(10, -precision)));
            case "common" when precision >= 0:
                return new FloatValue(double.IsFinite(number) ? double.Parse(DecimalText.Fixed(number, precision), CultureInfo.InvariantCulture) : number);
            case "common":
                return new FloatValue(double.IsFinite(number) && Math.Abs(number) < 1e300 ? RoundTens(number, -precision) : number);
            case "ceil" or "floor":
                double scale = Math.Pow(10, precision);
                double scaled = number * scale;
                return new FloatValue((method == "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) / scale);
            default:
                throw new TemplateFailure("method must be common, ceil or floor");
        }
    }

    private static double RoundTens(double number, int zeros)
    {
        BigInteger unit = BigInteger.Pow(10, zeros);
        var whole = new BigInteger(Math.Truncate(number));
        BigInteger doubled = (whole * 2) + (number == Math.Truncate(number) ? 0 : number > 0 ? 1 : -1);
        return (double)(RoundInteger(doubled, unit * 2) / 2);
    }

    // To the nearest multiple of the unit, halves to the even one.
    private static BigInteger RoundInteger(BigInteger number, BigInteger unit)
    {
        BigInteger quotient = BigInteger.DivRem(BigInteger.Abs(number), unit, out BigInteger rest);
        int order = (rest * 2).CompareTo(unit);
        quotient += order > 0 || (order == 0 && !quotient.IsEven) ? 1 : 0;
        return quotient * unit * number.Sign;
    }
}
