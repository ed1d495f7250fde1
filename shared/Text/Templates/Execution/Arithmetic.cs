using OrleansInference.Text.Templates.Functions;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Execution;

/// <summary>The arithmetic operators with Python's rules: floors toward minus infinity, integers of any size, sequences that add and repeat.</summary>
internal static class Arithmetic
{
    private const int MaxPowerBits = 1 << 14;

    public static Value Add(Value left, Value right, RenderContext context)
    {
        if (left is StringValue first && right is StringValue second)
        {
            return Concatenate(first, second, context);
        }

        if (left is SequenceValue head && right is SequenceValue tail && (left is TupleValue) == (right is TupleValue))
        {
            context.Allocate(4L * (head.Items.Length + tail.Items.Length));
            Value[] items = [.. head.Items, .. tail.Items];
            return left is TupleValue ? TupleValue.Create(items, context) : ListValue.Create(items, context);
        }

        return Compute("+", left, right, static (a, b) => a + b, static (a, b) => a + b);
    }

    public static Value Subtract(Value left, Value right) => Compute("-", left, right, static (a, b) => a - b, static (a, b) => a - b);

    public static Value Multiply(Value left, Value right, RenderContext context)
    {
        if (left is StringValue or SequenceValue && Numbers.TryGetInteger(right, out BigInteger times))
        {
            return Repeat(left, times, context);
        }

        if (right is StringValue or SequenceValue && Numbers.TryGetInteger(left, out times))
        {
            return Repeat(right, times, context);
        }

        return Compute("*", left, right, static (a, b) => a * b, static (a, b) => a * b);
    }

    public static Value Divide(Value left, Value right)
    {
        CheckOperands("/", left, right);
        if (Numbers.TryGetInteger(left, out BigInteger a) && Numbers.TryGetInteger(right, out BigInteger b) && !b.IsZero
            && (a.GetBitLength() > 53 || b.GetBitLength() > 53))
        {
            return new FloatValue(DivideExactly(a, b));
        }

        double divisor = ToFloat(right);
        return divisor == 0 ? throw new TemplateFailure("division by zero") : new FloatValue(ToFloat(left) / divisor);
    }

    public static Value FloorDivide(Value left, Value right)
        => Compute("//", left, right, FloorDivide, static (a, b) => b == 0 ? throw new TemplateFailure("float floor division by zero") : FloorDivide(a, b));

    public static Value Modulo(Value left, Value right, RenderContext context)
    {
        if (left is StringValue format)
        {
            return StringValue.Create(PercentFormatter.Format(format.Text, right, context), context);
        }

        return Compute("%", left, right, Modulo, static (a, b) => b == 0 ? throw new TemplateFailure("float modulo") : Modulo(a, b));
    }

    public static Value Power(Value left, Value right)
    {
        CheckOperands("**", left, right);
        if (Numbers.TryGetInteger(left, out BigInteger number) && Numbers.TryGetInteger(right, out BigInteger exponent) && exponent.Sign >= 0)
        {
            if (exponent > MaxPowerBits && !number.IsZero && !BigInteger.Abs(number).IsOne)
            {
                throw new TemplateFailure($"an integer exceeds the limit of {MaxPowerBits} bits");
            }

            if (number.GetBitLength() * (long)BigInteger.Min(exponent, MaxPowerBits) > 2 * MaxPowerBits && !BigInteger.Abs(number).IsOne)
            {
                throw new TemplateFailure($"an integer exceeds the limit of {MaxPowerBits} bits");
            }

            return IntegerValue.Of(BigInteger.Abs(number).IsOne || number.IsZero
                ? BigInteger.Pow(number, exponent.IsZero ? 0 : exponent.IsEven ? 2 : 1)
                : BigInteger.Pow(number, (int)exponent));
        }

        double value = ToFloat(left);
        double power = ToFloat(right);
        if (value == 0 && power < 0)
        {
            throw new TemplateFailure("0.0 cannot be raised to a negative power");
        }

        double result = Math.Pow(value, power);
        if (double.IsNaN(result) && !double.IsNaN(value) && !double.IsNaN(power))
        {
            throw new TemplateFailure("complex numbers are not supported");
        }

        return double.IsInfinity(result) && double.IsFinite(value) && double.IsFinite(power)
            ? throw new TemplateFailure("the result of ** is too large")
            : new FloatValue(result);
    }

    public static Value Sign(Value operand, bool negative)
    {
        if (Numbers.TryGetInteger(operand, out BigInteger integer))
        {
            return IntegerValue.Of(negative ? -integer : integer);
        }

        return operand switch
        {
            FloatValue real => negative ? new FloatValue(-real.Number) : real,
            UndefinedValue undefined => throw undefined.Failure(),
            _ => throw new TemplateFailure($"bad operand type for unary {(negative ? '-' : '+')}: '{operand.TypeName}'"),
        };
    }

    public static double ToFloat(Value value)
    {
        Numbers.TryGetFloat(value, out double number);
        return double.IsInfinity(number) && value is IntegerValue ? throw new TemplateFailure("int too large to convert to float") : number;
    }

    private static StringValue Concatenate(StringValue first, StringValue second, RenderContext context)
    {
        if (first.Text.Length > context.Limits.MaxOutputLength - second.Text.Length)
        {
            throw new TemplateFailure($"a text grows beyond the limit of {context.Limits.MaxOutputLength} characters.");
        }

        if (first.IsMarkup || second.IsMarkup)
        {
            string left = first.IsMarkup ? first.Text : Markup.Escape(first.Text, context);
            string right = second.IsMarkup ? second.Text : Markup.Escape(second.Text, context);
            context.Allocate(left.Length + right.Length);
            return new StringValue(left + right, true);
        }

        context.Allocate(first.Text.Length + second.Text.Length);
        return new StringValue(string.Concat(first.Text, second.Text));
    }

    private static Value Repeat(Value value, BigInteger times, RenderContext context)
    {
        int length = value is StringValue text ? text.Text.Length : ((SequenceValue)value).Items.Length;
        if (times.Sign <= 0 || length == 0)
        {
            times = BigInteger.Zero;
        }

        if (times * length > context.Limits.MaxOutputLength)
        {
            throw new TemplateFailure($"repeating a value makes it longer than the limit of {context.Limits.MaxOutputLength}.");
        }

        int count = (int)times;
        if (value is StringValue pattern)
        {
            var repeated = new BoundedText(context);
            for (int i = 0; i < count; i++)
            {
                repeated.Append(pattern.Text);
            }

            return pattern.IsMarkup ? new StringValue(repeated.ToString(), true) : repeated.ToValue();
        }

        context.Allocate(4L * count * length);
        Value[] items = [.. Enumerable.Repeat(((SequenceValue)value).Items, count).SelectMany(static part => part)];
        return value is TupleValue ? TupleValue.Create(items, context) : ListValue.Create(items, context);
    }

    private static Value Compute(
        string sign, Value left, Value right, Func<BigInteger, BigInteger, BigInteger> integers, Func<double, double, double> floats)
    {
        CheckOperands(sign, left, right);
        return Numbers.TryGetInteger(left, out BigInteger a) && Numbers.TryGetInteger(right, out BigInteger b)
            ? IntegerValue.Of(integers(a, b))
            : new FloatValue(floats(ToFloat(left), ToFloat(right)));
    }

    private static void CheckOperands(string sign, Value left, Value right)
    {
        if (Numbers.IsNumber(left) && Numbers.IsNumber(right))
        {
            return;
        }

        left.RequireDefined();
        right.RequireDefined();
        throw new TemplateFailure(sign == "+" && left is StringValue or ListValue or TupleValue
            ? $"can only concatenate {left.TypeName} (not \"{right.TypeName}\") to {left.TypeName}"
            : $"unsupported operand type(s) for {sign}: '{left.TypeName}' and '{right.TypeName}'");
    }

    private static BigInteger FloorDivide(BigInteger a, BigInteger b)
    {
        if (b.IsZero)
        {
            throw new TemplateFailure("integer division or modulo by zero");
        }

        BigInteger quotient = BigInteger.DivRem(a, b, out BigInteger rest);
        return !rest.IsZero && rest.Sign < 0 != b.Sign < 0 ? quotient - 1 : quotient;
    }

    private static BigInteger Modulo(BigInteger a, BigInteger b) => a - (FloorDivide(a, b) * b);

    private static double Modulo(double a, double b)
    {
        double rest = a % b;
        return rest == 0 ? Math.CopySign(0, b) : rest < 0 != b < 0 ? rest + b : rest;
    }

    private static double FloorDivide(double a, double b)
    {
        double rest = Modulo(a, b);
        double quotient = (a - rest) / b;
        double floor = Math.Floor(quotient);
        return quotient == 0 ? Math.CopySign(0, a / b) : quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double DivideExactly(BigInteger a, BigInteger b)
    {
        // Scale so that the quotient keeps 64 bits; one rounding is left to the conversion.
        long shift = 66 - (long)(a.GetBitLength() - b.GetBitLength());
        BigInteger quotient = shift >= 0 ? BigInteger.DivRem(a << (int)shift, b, out BigInteger rest) : BigInteger.DivRem(a, b << (int)-shift, out rest);
        quotient |= rest.IsZero ? BigInteger.Zero : BigInteger.One;
        double result = Math.ScaleB((double)quotient, (int)-shift);
        return double.IsInfinity(result) ? throw new TemplateFailure("integer division result too large for a float") : result;
    }
}
