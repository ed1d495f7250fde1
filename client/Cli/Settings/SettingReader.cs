using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using OrleansInference.Models;

namespace OrleansInference.Cli.Settings;

/// <summary>Reads and checks values of settings. Every refusal names the setting, its value and what was expected.</summary>
public sealed class SettingReader(IConfiguration configuration)
{
    private static readonly (string Suffix, long Factor)[] Units =
        [("KB", 1L << 10), ("MB", 1L << 20), ("GB", 1L << 30), ("TB", 1L << 40), ("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30), ("T", 1L << 40), ("B", 1), ("", 1)];

    public string? Text(Setting setting) => configuration[setting.Key] is { Length: > 0 } text ? text : null;

    public int? Integer(Setting setting, int minimum, int maximum)
    {
        if (Text(setting) is not string text)
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) || value < minimum || value > maximum)
        {
            Refuse(setting, text, $"a whole number from {minimum} to {maximum}");
        }

        return value;
    }

    /// <summary>A size in bytes, written as a whole number with or without one of the units KB, MB, GB, TB (powers of 1024).</summary>
    public long? Size(Setting setting)
    {
        if (Text(setting) is not string text)
        {
            return null;
        }

        (string suffix, long factor) = Units.First(unit => text.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase));
        string digits = text[..^suffix.Length].TrimEnd();
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long value) || value == 0 || value > long.MaxValue / factor)
        {
            Refuse(setting, text, "a size such as 512MB or 2GB");
        }

        return value * factor;
    }

    public T Choice<T>(Setting setting, T otherwise, IReadOnlyDictionary<string, T> choices)
    {
        if (Text(setting) is not string text)
        {
            return otherwise;
        }

        if (!choices.TryGetValue(text.ToLowerInvariant(), out T? value))
        {
            Refuse(setting, text, string.Join(" or ", choices.Keys));
        }

        return value;
    }

    [DoesNotReturn]
    public static void Refuse(Setting setting, string value, string expected) => InferenceException.Throw(
        ErrorCode.InvalidOption,
        $"{setting.Option.Name} (also {setting.Key} in appsettings.json, or {setting.Variable}): '{value}' was given, expected {expected}.",
        setting.Option.Name);
}
