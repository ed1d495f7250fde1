using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>The directives of <c>strftime</c> in the C locale; unknown ones stay as they are.</summary>
internal static class TimeFormatter
{
    public static string Format(string format, DateTimeOffset time, RenderContext context)
    {
        var text = new BoundedText(context);
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            char flag = (format[i + 1] is '-' or '_' or '0') && i + 2 < format.Length ? format[++i] : ' ';
            char directive = format[++i];
            string value = Directive(directive, time) ?? (flag == ' ' ? $"%{directive}" : $"%{flag}{directive}");
            text.Append(flag switch
            {
                '-' when value.Length > 1 => value.TrimStart('0', ' ') is { Length: > 0 } bare ? bare : "0",
                '_' when value[0] == '0' => ' ' + value[1..],
                _ => value,
            });
        }

        return text.ToString();
    }

    private static string? Directive(char directive, DateTimeOffset time)
    {
        string? pattern = directive switch
        {
            'Y' => "yyyy",
            'm' => "MM",
            'd' => "dd",
            'H' => "HH",
            'I' => "hh",
            'M' => "mm",
            'S' => "ss",
            'f' => "ffffff",
            'y' => "yy",
            'B' => "MMMM",
            'b' or 'h' => "MMM",
            'A' => "dddd",
            'a' => "ddd",
            'p' => "tt",
            'F' => "yyyy-MM-dd",
            'T' or 'X' => "HH:mm:ss",
            'R' => "HH:mm",
            'D' or 'x' => "MM/dd/yy",
            'r' => "hh:mm:ss tt",
            _ => null,
        };
        return pattern is not null ? time.ToString(pattern, CultureInfo.InvariantCulture) : Computed(directive, time);
    }

    private static string? Computed(char directive, DateTimeOffset time) => directive switch
    {
        '%' => "%",
        'n' => "\n",
        't' => "\t",
        'z' or 'Z' => "",
        'e' => $"{time.Day,2}",
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'w' => $"{(int)time.DayOfWeek}",
        'u' => $"{(time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek)}",
        'C' => (time.Year / 100).ToString("00", CultureInfo.InvariantCulture),
        'U' => ((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7).ToString("00", CultureInfo.InvariantCulture),
        'W' => ((time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7).ToString("00", CultureInfo.InvariantCulture),
        'V' => ISOWeek.GetWeekOfYear(time.DateTime).ToString("00", CultureInfo.InvariantCulture),
        'G' => ISOWeek.GetYear(time.DateTime).ToString("0000", CultureInfo.InvariantCulture),
        's' => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'c' => $"{time.ToString("ddd MMM", CultureInfo.InvariantCulture)} {time.Day,2} {time.ToString("HH:mm:ss yyyy", CultureInfo.InvariantCulture)}",
        _ => null,
    };
}
