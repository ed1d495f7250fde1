using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Formatting with <c>%</c>, as in <c>'%s: %5.2f' % (name, value)</c>.</summary>
internal sealed class PercentFormatter
{
    private readonly string _format;
    private readonly RenderContext _context;
    private readonly Value _argument;
    private readonly Value[] _items;
    private readonly BoundedText _text;
    private int _position;
    private int _used;

    private PercentFormatter(string format, Value argument, RenderContext context)
    {
        _format = format;
        _argument = argument;
        _items = argument is TupleValue tuple ? tuple.Items : [argument];
        _context = context;
        _text = new BoundedText(context);
    }

    public static string Format(string format, Value argument, RenderContext context) => new PercentFormatter(format, argument, context).Run();

    private string Run()
    {
        while (_position < _format.Length)
        {
            int next = _format.IndexOf('%', _position);
            if (next < 0)
            {
                break;
            }

            _text.Append(_format.AsSpan(_position, next - _position));
            _position = next + 1;
            FormatOne();
        }

        _text.Append(_format.AsSpan(Math.Min(_position, _format.Length)));
        return _used < _items.Length && _argument is not DictionaryValue
            ? throw new TemplateFailure("not all arguments converted during string formatting")
            : _text.ToString();
    }

    private void FormatOne()
    {
        _context.Step();
        Value? named = ReadName();
        string flags = "";
        while (_position < _format.Length && "-+ #0".Contains(_format[_position]))
        {
            flags += _format[_position++];
        }

        int width = ReadCount();
        int precision = -1;
        if (Peek() == '.')
        {
            _position++;
            precision = ReadCount();
        }

        while (Peek() is 'h' or 'l' or 'L')
        {
            _position++;
        }

        char type = _position < _format.Length ? _format[_position++] : throw new TemplateFailure("incomplete format");
        if (type == '%')
        {
            _text.Append('%');
            return;
        }

        Append(type, named ?? TakeItem(), flags, width, precision);
    }

    private void Append(char type, Value value, string flags, int width, int precision)
    {
        (string sign, string body) = type switch
        {
            's' => ("", Cut(_context.Text(value), precision)),
            'r' or 'a' => ("", Cut(_context.Representation(value), precision)),
            'c' => ("", value is StringValue text ? text.Text : char.ConvertFromUtf32((int)StringMethods.Integer(value) & 0xFFFF)),
            'd' or 'i' or 'u' or 'x' or 'X' or 'o' => Integer(type, value, flags, precision),
            'f' or 'F' or 'e' or 'E' or 'g' or 'G' => Float(type, value, flags, precision),
            _ => throw new TemplateFailure($"unsupported format character '{type}'"),
        };
        bool zero = flags.Contains('0') && !flags.Contains('-') && type is not ('s' or 'r' or 'a' or 'c');
        int missing = Math.Max(0, width - new StringValue(body).Count(_context) - sign.Length);
        _text.Append(' ', zero || flags.Contains('-') ? 0 : missing);
        _text.Append(sign);
        _text.Append('0', zero ? missing : 0);
        _text.Append(body);
        _text.Append(' ', flags.Contains('-') ? missing : 0);
    }

    private static (string Sign, string Body) Integer(char type, Value value, string flags, int precision)
    {
        BigInteger number = value is FloatValue real && double.IsFinite(real.Number) && (type is 'd' or 'i' or 'u')
            ? new BigInteger(Math.Truncate(real.Number))
            : Numbers.TryGetInteger(value, out BigInteger integer)
                ? integer
                : throw new TemplateFailure($"%{type} format: a real number is required, not {value.TypeName}");
        BigInteger size = BigInteger.Abs(number);
        string digits = type switch
        {
            'x' or 'X' => NumberFormat.Hexadecimal(size, type),
            'o' => NumberFormat.Radix(size, 8),
            _ => size.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        if (precision > 1000)
        {
            throw new TemplateFailure("a precision of more than 1000 is not supported");
        }

        string prefix = flags.Contains('#') ? type switch { 'x' => "0x", 'X' => "0X", 'o' => "0o", _ => "" } : "";
        return (SignOf(number.Sign < 0, flags), prefix + digits.PadLeft(Math.Max(0, precision), '0'));
    }

    private static (string Sign, string Body) Float(char type, Value value, string flags, int precision)
    {
        if (!Numbers.TryGetFloat(value, out double number))
        {
            throw new TemplateFailure($"must be real number, not {value.TypeName}");
        }

        return (SignOf(double.IsNegative(number), flags), NumberFormat.FloatDigits(Math.Abs(number), type, precision < 0 ? null : precision, flags.Contains('#')));
    }

    private static string SignOf(bool negative, string flags) => negative ? "-" : flags.Contains('+') ? "+" : flags.Contains(' ') ? " " : "";

    private string Cut(string text, int precision)
    {
        var value = new StringValue(text);
        return precision >= 0 && precision < value.Count(_context) ? value.Substring(0, precision, _context) : text;
    }

    private Value? ReadName()
    {
        if (Peek() != '(')
        {
            return null;
        }

        int end = _format.IndexOf(')', _position);
        if (end < 0)
        {
            throw new TemplateFailure("incomplete format key");
        }

        string name = _format[(_position + 1)..end];
        _position = end + 1;
        _used = _items.Length;
        return _argument is DictionaryValue dictionary
            ? dictionary.Find(new StringValue(name), _context) ?? throw new TemplateFailure($"no value for the format key '{name}'")
            : throw new TemplateFailure("format requires a mapping");
    }

    private int ReadCount()
    {
        if (Peek() == '*')
        {
            _position++;
            return StringMethods.Size(TakeItem());
        }

        long value = 0;
        while (_position < _format.Length && char.IsAsciiDigit(_format[_position]))
        {
            value = Math.Min(int.MaxValue, (value * 10) + _format[_position++] - '0');
        }

        return (int)value;
    }

    private Value TakeItem() => _used < _items.Length ? _items[_used++] : throw new TemplateFailure("not enough arguments for format string");

    private char Peek() => _position < _format.Length ? _format[_position] : '\0';
}
