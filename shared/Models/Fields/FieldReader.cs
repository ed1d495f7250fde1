using System.Globalization;

namespace OrleansInference.Models.Fields;

/// <summary>Reads typed, range-checked fields of a JSON object; a field that is null counts as absent.</summary>
/// <param name="element">The object.</param>
/// <param name="path">The file that errors name.</param>
/// <param name="prefix">Prefix of the field's name in errors, such as <c>rope_scaling.</c></param>
internal sealed class FieldReader(JsonElement element, string path, string prefix = "")
{
    public JsonElement Element => element;

    public bool Has(string name) => Find(name, out _);

    public int Integer(string name, int min, int max, int? absent = null)
    {
        if (!Find(name, out JsonElement value))
            return absent ?? throw Missing(name, $"an integer from {min} to {max}");
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int number) || number < min || number > max)
            throw Wrong(name, value, $"an integer from {min} to {max}");
        return number;
    }

    public double Number(string name, double min, double max, double? absent = null)
    {
        string range = string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}");
        if (!Find(name, out JsonElement value))
            return absent ?? throw Missing(name, range);
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number) || !(number >= min && number <= max))
            throw Wrong(name, value, range);
        return number;
    }

    public bool Flag(string name, bool absent)
    {
        if (!Find(name, out JsonElement value))
            return absent;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, value, "true or false");
    }

    public string? Text(string name)
    {
        if (!Find(name, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, value, "a string");
    }

    public FieldReader? Section(string name)
    {
        if (!Find(name, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.Object ? new FieldReader(value, path, $"{prefix}{name}.") : throw Wrong(name, value, "an object");
    }

    /// <summary>A list of strings, or null where the field is absent.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (!Find(name, out JsonElement value))
            return null;
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
            throw Wrong(name, value, "a list of strings");
        return [.. value.EnumerateArray().Select(item => item.GetString()!)];
    }

    /// <summary>One integer or a list of them, or null where the field is absent.</summary>
    public IReadOnlyList<int>? OneOrMoreIntegers(string name, int min, int maxCount)
    {
        if (!Find(name, out JsonElement value))
            return null;
        List<int> numbers = [];
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= maxCount)
        {
            foreach (JsonElement item in value.EnumerateArray())
                Add(item);
        }
        else
        {
            Add(value);
        }

        return numbers;

        void Add(JsonElement item)
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out int number) || number < min)
                throw Wrong(name, item, $"an integer of at least {min}, or a list of up to {maxCount} of them");
            if (!numbers.Contains(number))
                numbers.Add(number);
        }
    }

    public InferenceException Unsupported(string name, string problem) => BadCheckpoint.Error(path, $"{prefix}{name} {problem}");

    private bool Find(string name, out JsonElement value) =>
        element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private InferenceException Missing(string name, string expected) => BadCheckpoint.Error(path, $"{prefix}{name} is missing, expected {expected}");

    private InferenceException Wrong(string name, JsonElement value, string expected)
    {
        string found = value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? $"a JSON {value.ValueKind}" : BadCheckpoint.Quote(value.GetRawText());
        return BadCheckpoint.Error(path, $"{prefix}{name} is {found}, expected {expected}");
    }
}
