using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace OrleansInference.Settings;

/// <summary>The kinds of values that settings and options have: the only parsers of what users write.</summary>
public static class Values
{
    private const string Everywhere = "*";
    private const string Local = "localhost";

    private static readonly (string Suffix, double Factor)[] SizeUnits =
        [("KB", 1L << 10), ("MB", 1L << 20), ("GB", 1L << 30), ("TB", 1L << 40), ("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30), ("T", 1L << 40), ("B", 1), ("", 1)];

    private static readonly (string Suffix, TimeSpan Factor)[] TimeUnits =
        [("ms", TimeSpan.FromMilliseconds(1)), ("min", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)), ("h", TimeSpan.FromHours(1))];

    private static readonly Dictionary<string, bool> SwitchWords = new() { ["on"] = true, ["off"] = false };

    /// <summary>Anything.</summary>
    public static ValueKind<string> Text { get; } = new("a text", static text => new(true, text), static value => value);

    /// <summary><c>on</c> or <c>off</c>; JSON's words are taken too.</summary>
    public static ValueKind<bool> Switch { get; } = new(
        "on or off",
        static text => SwitchWords.TryGetValue(text.ToLowerInvariant(), out bool on) || bool.TryParse(text, out on) ? new(true, on) : default,
        static value => value ? "on" : "off");

    /// <summary>Bytes: a number above 0, with or without a unit that is a power of 1,024.</summary>
    public static ValueKind<long> Size { get; } = new("a size such as 512MB or 2GB", ReadSize, static value => value.ToString(CultureInfo.InvariantCulture));

    /// <summary>An address to listen on: <c>localhost</c>, <c>*</c> for all, or an IP address.</summary>
    public static ValueKind<IPAddress> Address { get; } = new(
        "localhost, an IP address or *",
        static text => text switch
        {
            Local => new(true, IPAddress.Loopback),
            Everywhere => new(true, IPAddress.Any),
            _ => new(IPAddress.TryParse(text, out IPAddress? address), address),
        },
        Write);

    /// <summary>A network such as <c>10.0.0.0/8</c>, or one address.</summary>
    public static ValueKind<IPNetwork> Network { get; } = new(
        "an address or a network such as 127.0.0.1 or 10.0.0.0/8",
        static text => IPAddress.TryParse(text, out IPAddress? address)
            ? new(true, new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128))
            : new(IPNetwork.TryParse(text, out IPNetwork network), network),
        static value => value.ToString());

    /// <summary>The address of a server.</summary>
    public static ValueKind<Uri> Url { get; } = new(
        "an address such as http://localhost:8000",
        static text => new(Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https", address),
        static value => value.ToString());

    public static ValueKind<int> Integer(int least, int most) => new(
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"),
        text => new(int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most, value),
        static value => value.ToString(CultureInfo.InvariantCulture));

    public static ValueKind<double> Number(double least, double most) => new(
        string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"),
        text => new(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most, value),
        static value => value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A time: a number of the unit that the setting names, or one with its own unit, such as <c>500ms</c> or <c>2min</c>.</summary>
    /// <param name="unit">Of a number without one: a second or a millisecond.</param>
    /// <param name="least">In this unit.</param>
    /// <param name="most">In this unit.</param>
    public static ValueKind<TimeSpan> Duration(TimeSpan unit, double least, double most) => new(
        string.Create(CultureInfo.InvariantCulture, $"{least} to {most} {(unit == TimeSpan.FromSeconds(1) ? "seconds" : "milliseconds")}"),
        text => ReadTime(text, unit) is { } value && value >= unit * least && value <= unit * most ? new(true, value) : default,
        value => (value / unit).ToString(CultureInfo.InvariantCulture));

    /// <summary>One of several words.</summary>
    public static ValueKind<T> Choice<T>(IReadOnlyDictionary<string, T> words)
        where T : notnull => new(
        words.Count == 1 ? words.Keys.First() : $"{string.Join(", ", words.Keys.SkipLast(1))} or {words.Keys.Last()}",
        text => new(words.TryGetValue(text.ToLowerInvariant(), out T? value), value),
        value => words.First(word => word.Value.Equals(value)).Key);

    /// <summary>Values that are separated by commas; empty ones are passed over.</summary>
    public static ValueKind<IReadOnlyList<T>> List<T>(ValueKind<T> item)
        where T : notnull => new(
        $"{item.Expected}, or several separated by commas",
        text =>
        {
            List<T> values = [];
            foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!item.TryRead(part, out T? value))
                {
                    return default;
                }

                values.Add(value);
            }

            return new(true, values);
        },
        values => string.Join(',', values.Select(value => ((IValueKind)item).Write(value))));

    /// <summary>A value for each of several names, <c>NAME=VALUE</c>, separated by commas.</summary>
    public static ValueKind<IReadOnlyDictionary<string, T>> Map<T>(ValueKind<T> item)
        where T : notnull => new(
        $"NAME=VALUE, or several separated by commas, where each name is there once and each value is {item.Expected}",
        text =>
        {
            Dictionary<string, T> values = [];
            foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                string[] sides = part.Split('=', 2, StringSplitOptions.TrimEntries);
                if (sides is not [{ Length: > 0 } name, string given] || !item.TryRead(given, out T? value) || !values.TryAdd(name, value))
                {
                    return default;
                }
            }

            return new(true, values);
        },
        values => string.Join(',', values.Select(pair => $"{pair.Key}={((IValueKind)item).Write(pair.Value)}")));

    /// <summary>An address as users write it.</summary>
    public static string Write(IPAddress address) => address.Equals(IPAddress.Loopback) ? Local : address.Equals(IPAddress.Any) ? Everywhere : address.ToString();

    private static Read<long> ReadSize(string text)
    {
        (string suffix, double factor) = SizeUnits.First(unit => text.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase));
        bool whole = factor == 1;
        bool valid = double.TryParse(text.AsSpan(0, text.Length - suffix.Length).TrimEnd(), whole ? NumberStyles.None : NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value);
        return valid && value > 0 && value * factor < long.MaxValue ? new(true, (long)(value * factor)) : default;
    }

    private static TimeSpan? ReadTime(string text, TimeSpan unit)
    {
        (string suffix, TimeSpan factor) = TimeUnits.FirstOrDefault(known => text.EndsWith(known.Suffix, StringComparison.OrdinalIgnoreCase), (Suffix: string.Empty, Factor: unit));
        bool valid = double.TryParse(text.AsSpan(0, text.Length - suffix.Length).TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value);
        return valid && value * factor.TotalDays < TimeSpan.MaxValue.TotalDays ? value * factor : null;
    }
}
