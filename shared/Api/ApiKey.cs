using System.ComponentModel;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace OrleansInference.Api;

/// <summary>A bearer key and what it stands for. In the configuration it is an object, or the key alone as a text.</summary>
[TypeConverter(typeof(TextConverter))]
public sealed record ApiKey
{
    /// <summary>Bounds of <c>priority</c> in requests.</summary>
    internal const int LowestPriority = -100;

    /// <inheritdoc cref="LowestPriority"/>
    internal const int HighestPriority = 100;

    private const int MaxTenantLength = 64;

    /// <summary>What clients send.</summary>
    public string Key { get; set; } = string.Empty;

    /// <summary>Whose requests come with it, as in the setting TenantWeights. Keys may have one tenant in common; null makes the key a tenant of its own, which is named by its hash.</summary>
    public string? Tenant { get; set; }

    /// <summary>The highest priority that its requests may have. Nobody is put before others unless the operator says so.</summary>
    public int MaxPriority { get; set; }

    /// <summary>Reads <see cref="ApiOptions.ApiKeys"/>. An entry may be a text and have fields too: where a secret is one variable, its fields are others.</summary>
    /// <exception cref="InvalidOperationException">A field is unknown or there twice, or its value is no number.</exception>
    internal static ApiKey[] Read(IConfiguration configuration)
    {
        List<ApiKey> keys = [];
        foreach (IConfigurationSection entry in configuration.GetSection($"{ApiOptions.Section}:{nameof(ApiOptions.ApiKeys)}").GetChildren())
        {
            Dictionary<string, string?> fields = entry.GetChildren().ToDictionary(static field => field.Path, static field => field.Value, StringComparer.OrdinalIgnoreCase);
            if (!string.IsNullOrEmpty(entry.Value) && !fields.TryAdd($"{entry.Path}:{nameof(Key)}", entry.Value))
            {
                throw new InvalidOperationException($"{entry.Path} is a key and has the field {nameof(Key)}; remove one of them.");
            }

            keys.Add(new ConfigurationBuilder().AddInMemoryCollection(fields).Build().GetSection(entry.Path).Get<ApiKey>(static binding => binding.ErrorOnUnknownConfiguration = true) ?? new());
        }

        return [.. keys];
    }

    /// <returns>Which key is at fault, and what was expected, without a period; null when none is.</returns>
    internal static string? FindFault(IList<ApiKey> keys)
    {
        for (int index = 0; index < keys.Count; index++)
        {
            ApiKey key = keys[index];
            string path = $"{ApiOptions.Section}:{nameof(ApiOptions.ApiKeys)}:{index}";
            if (string.IsNullOrWhiteSpace(key.Key))
                return $"{path} is empty, but must be a key";
            if (key.Tenant is { } tenant && !IsName(tenant))
                return $"{path}:{nameof(Tenant)} is '{tenant}', but must be 1 to {MaxTenantLength} letters, digits, '-', '_' or '.'";
            if (key.MaxPriority is < LowestPriority or > HighestPriority)
                return $"{path}:{nameof(MaxPriority)} is {key.MaxPriority}, but must be from {LowestPriority} to {HighestPriority}";
            if (keys.Take(index).Any(earlier => earlier.Key == key.Key && earlier != key))
                return $"{path} has the key of an earlier entry and other fields; remove one of them";
        }

        return null;
    }

    /// <summary>The key is a secret.</summary>
    public override string ToString() => $"{nameof(ApiKey)} of {Tenant ?? "a tenant of its own"}";

    /// <summary>What the setting TenantWeights and variables can name.</summary>
    private static bool IsName(string text) => text.Length is > 0 and <= MaxTenantLength && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    private sealed class TextConverter : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => new ApiKey { Key = (string)value };
    }
}
