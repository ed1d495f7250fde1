using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>A parsed format specification: <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
internal sealed record NumberFormat(string Fill, char Align, char Sign, bool Alternate, int Width, char Grouping, int? Precision, char Type)
{
    private const int MaxPrecision = 400;

    public static NumberFormat Parse(string specification)
    {
        int at = 0;
        string fill = " ";
        char align = '\0';
        int fillLength = specification.Length > 1 && char.IsHighSurrogate(specification[0]) ? 2 : 1;
        if (specification.Length > fillLength && (specification[fillLength] is '<' or '>' or '^' or '='))
        {
            fill = specification[..fillLength];
            align = specification[fillLength];
            at = fillLength + 1;
        }
        else if (specification.Length > 0 && (specification[0] is '<' or '>' or '^' or '='))
        {
            align = specification[at++];
        }

        char sign = Take("+- ");
        bool alternate = Take("#") != '\0';
        if (Take("0") != '\0' && align == '\0')
        {
            (fill, align) = ("0", '=');
        }

        int width = Digits() ?? 0;
        char grouping = Take(",_");
        int? precision = Take(".") == '\0' ? null : Digits() ?? throw new TemplateFailure("Format specifier missing precision");
        char type = at < specification.Length ? specification[at++] : '\0';
        return at == specification.Length
            ? new NumberFormat(fill, align, sign, alternate, width, grouping, precision, type)
            : throw new TemplateFailure("Invalid format specifier");

        char Take(string allowed) => at < specification.Length && allowed.Contains(specification[at]) ? specification[at++] : '\0';

        int? Digits()
        {
            int start = at;
            while (at < specification.Length && char.IsAsciiDigit(specification[at]))
            {
                at++;
            }

            return at == start ? null : int.TryParse(specification.AsSpan(start, at - start), out int value) ? value : throw new TemplateFailure("Too many decimal digits in format string");
        }
    }

    public string Format(Value value, RenderContext context)
    {
        if (value is StringValue text)
        {
            return FormatText(text, context);
        }

        if (Numbers.TryGetInteger(value, out BigInteger integer) && (Type is '\0' or 'd' or 'b' or 'o' or 'x' or 'X' or 'c' or 'n'))
        {
            return Type == 'c' ? Pad(char.ConvertFromUtf32((int)integer), "", '<', context) : Pad(Group(IntegerDigits(integer), context), SignOf(integer.Sign < 0), '>', context);
        }

        if (Numbers.TryGetFloat(value, out double number))
        {
            return Pad(Group(FloatDigits(Math.Abs(number), Type, Precision, Alternate), context), SignOf(double.IsNegative(number) && !double.IsNaN(number)), '>', context);
        }

        return this == Parse("") ? context.Text(value) : throw new TemplateFailure($"unsupported format string passed to {value.TypeName}.__format__");
    }

    /// <summary>The digits of a non-negative float for a printf or format type.</summary>
    public static string FloatDigits(double number, char type, int? precision, bool alternate)
    {
        if (!double.IsFinite(number))
        {
            string name = double.IsNaN(number) ? "nan" : "inf";
            return char.IsUpper(type) ? name.ToUpperInvariant() : name;
        }

        if (precision > MaxPrecision)
        {
            throw new TemplateFailure($"a precision of {precision} exceeds the limit of {MaxPrecision}");
        }

        int places = precision ?? 6;
        switch (type)
        {
            case 'f' or 'F':
                return DecimalText.Fixed(number, places) + (alternate && places == 0 ? "." : "");
            case '%':
                return DecimalText.Fixed(number * 100, places) + "%";
            case 'e' or 'E':
                return Exponential(number, places, type);
            case '\0' when precision is null:
                return FloatText.Format(number);
            case '\0' or 'g' or 'G' or 'n':
                return General(number, Math.Max(1, places), type);
            default:
                throw new TemplateFailure($"Unknown format code '{type}' for object of type 'float'");
        }
    }

    private static string Exponential(double number, int places, char type)
    {
        string text = number.ToString((type == 'E' ? "E" : "e") + places, CultureInfo.InvariantCulture);
        int mark = text.IndexOfAny(['e', 'E']);
        int exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{text[..(mark + 1)]}{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
    }

    private static string General(double number, int digits, char type)
    {
        string scientific = Exponential(number, digits - 1, type == 'G' ? 'E' : 'e');
        int mark = scientific.IndexOfAny(['e', 'E']);
        int exponent = int.Parse(scientific.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        bool plain = exponent >= -4 && exponent < digits;
        string mantissa = plain ? DecimalText.Fixed(number, Math.Max(0, digits - 1 - exponent)) : scientific[..mark];
        mantissa = mantissa.Contains('.') ? mantissa.TrimEnd('0').TrimEnd('.') : mantissa;
        return plain ? (type == '\0' && !mantissa.Contains('.') ? mantissa + ".0" : mantissa) : mantissa + scientific[mark..];
    }

    private string FormatText(StringValue text, RenderContext context)
    {
        if (Type is not ('\0' or 's') || (Align == '=' && Fill != "0") || Sign != '\0' || Grouping != '\0' || Alternate)
        {
            throw new TemplateFailure($"Unknown format code '{Type}' for object of type 'str'");
        }

        string kept = Precision is { } limit && limit < text.Count(context) ? text.Substring(0, limit, context) : text.Text;
        return Pad(kept, "", '<', context);
    }

    private string IntegerDigits(BigInteger number)
    {
        if (Precision is not null)
        {
            throw new TemplateFailure("Precision not allowed in integer format specifier");
        }

        BigInteger size = BigInteger.Abs(number);
        return Type switch
        {
            'x' or 'X' => (Alternate ? "0" + Type : "") + Hexadecimal(size, Type),
            'o' => (Alternate ? "0o" : "") + Radix(size, 8),
            'b' => (Alternate ? "0b" : "") + Radix(size, 2),
            _ => size.ToString(CultureInfo.InvariantCulture),
        };
    }

    public static string Hexadecimal(BigInteger size, char type)
    {
        string digits = size.ToString(type == 'X' ? "X" : "x", CultureInfo.InvariantCulture).TrimStart('0');
        return digits.Length == 0 ? "0" : digits;
    }

    public static string Radix(BigInteger size, int radix)
    {
        var digits = new Stack<char>();
        do
        {
            size = BigInteger.DivRem(size, radix, out BigInteger digit);
            digits.Push((char)('0' + (int)digit));
        }
        while (!size.IsZero);

        return string.Concat(digits);
    }

    private string Group(string digits, RenderContext context)
    {
        if (Grouping == '\0')
        {
            return digits;
        }

        int end = digits.IndexOfAny(['.', 'e', '%']);
        end = end < 0 ? digits.Length : end;
        var text = new BoundedText(context);
        for (int i = 0; i < end; i++)
        {
            if (i > 0 && (end - i) % 3 == 0)
            {
                text.Append(Grouping);
            }

            text.Append(digits[i]);
        }

        text.Append(digits[end..]);
        return text.ToString();
    }

    private string SignOf(bool negative) => negative ? "-" : Sign is '+' or ' ' ? Sign.ToString() : "";

    private string Pad(string body, string sign, char defaultAlign, RenderContext context)
    {
        int missing = Math.Max(0, Width - new StringValue(body).Count(context) - sign.Length);
        char align = Align == '\0' || (Align == '=' && defaultAlign == '<') ? defaultAlign : Align;
        (int left, int middle, int right) = align switch
        {
            '<' => (0, 0, missing),
            '^' => (missing / 2, 0, missing - (missing / 2)),
            '=' => (0, missing, 0),
            _ => (missing, 0, 0),
        };
        var text = new BoundedText(context);
        AppendFill(text, left);
        text.Append(sign);
        AppendFill(text, middle);
        text.Append(body);
        AppendFill(text, right);
        return text.ToString();
    }

    private void AppendFill(BoundedText text, int count)
    {
        for (int i = 0; i < count; i++)
        {
            text.Append(Fill);
        }
    }
}
