using System.ComponentModel;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace OrleansInference.Api;

/// <summary>A bearer key with its tenant and priority. In the configuration it is an object, or only the key as a string.</summary>
[TypeConverter(typeof(TextConverter))]
public sealed record ApiKey
{
    /// <summary>Limits of <c>priority</c> in requests.</summary>
    internal const int LowestPriority = -100;

    /// <inheritdoc cref="LowestPriority"/>
    internal const int HighestPriority = 100;

    private const int MaxTenantLength = 64;

    /// <summary>Value that clients send.</summary>
    public string Key { get; set; } = string.Empty;

    /// <summary>
    /// Tenant of the key's requests, as in the setting TenantWeights. Several keys may have the same tenant. With null, the key has its own tenant, which is named by the key's hash.
    /// </summary>
    public string? Tenant { get; set; }

    /// <summary>The highest priority that its requests may have. With the default of 0, no caller is served before others unless the operator configures it.</summary>
    public int MaxPriority { get; set; }

    /// <summary>
    /// Reads <see cref="ApiOptions.ApiKeys"/>. An entry may be a string and also have fields, because in the environment the key and each field are separate variables.
    /// </summary>
    /// <exception cref="InvalidOperationException">A field is unknown or present twice, or its value is not a number.</exception>
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

    /// <returns>The invalid key and the expected value, without a period; null if all keys are valid.</returns>
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

    /// <summary>Omits the key, which is a secret.</summary>
    public override string ToString() => $"{nameof(ApiKey)} of {Tenant ?? "its own tenant"}";

    /// <summary>Returns whether a text can be a name in the setting TenantWeights and in variables.</summary>
    private static bool IsName(string text) => text.Length is > 0 and <= MaxTenantLength && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    private sealed class TextConverter : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => new ApiKey { Key = (string)value };
    }
}
