using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OrleansInference.Models;

namespace OrleansInference.Api.Requests;

/// <summary>A value of a request with its path. Every reader either returns a valid value or throws an error that names the path.</summary>
internal readonly struct FieldValue(JsonElement element, string path)
{
    public JsonElement Element => element;

    /// <summary>Path of the value, such as <c>messages[2].content</c>.</summary>
    public string Path => path;

    public JsonValueKind Kind => element.ValueKind;

    public bool IsNull => Kind is JsonValueKind.Null;

    public string Text(int maxLength = int.MaxValue)
    {
        string text = Kind is JsonValueKind.String ? JsonText.Read(element, path) : Refuse<string>("a string");
        return text.Length <= maxLength
            ? text
            : throw Invalid($"'{path}' has {text.Length} characters, but at most {maxLength} are accepted.");
    }

    public bool Boolean() => Kind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : Refuse<bool>("a boolean");

    public int Integer(int minimum, int maximum) =>
        Kind is JsonValueKind.Number && element.TryGetInt32(out int value) && value >= minimum && value <= maximum
            ? value
            : Refuse<int>($"an integer from {minimum} to {maximum}");

    public long LongInteger() => Kind is JsonValueKind.Number && element.TryGetInt64(out long value) ? value : Refuse<long>("a 64-bit integer");

    public float Number(float minimum, float maximum) =>
        Kind is JsonValueKind.Number && element.TryGetSingle(out float value) && value >= minimum && value <= maximum
            ? value
            : Refuse<float>($"a number from {minimum} to {maximum}");

    public double DoubleNumber(double minimum, double maximum) =>
        Kind is JsonValueKind.Number && element.TryGetDouble(out double value) && value >= minimum && value <= maximum
            ? value
            : Refuse<double>(FormattableString.Invariant($"a number from {minimum} to {maximum}"));

    /// <summary>Reads a number greater than zero, up to <paramref name="maximum"/>.</summary>
    public float PositiveNumber(float maximum) =>
        Kind is JsonValueKind.Number && element.TryGetSingle(out float value) && value > 0 && value <= maximum
            ? value
            : Refuse<float>($"a number greater than 0 and at most {maximum}");

    /// <summary>Checks that this is an array of at most <paramref name="maximum"/> items and returns its length.</summary>
    public int ArrayLength(int maximum)
    {
        int length = Kind is JsonValueKind.Array ? element.GetArrayLength() : Refuse<int>("an array");
        return length <= maximum ? length : throw Invalid($"'{path}' has {length} items, but at most {maximum} are accepted.");
    }

    public FieldValue Item(int index) => new(element[index], $"{path}[{index}]");

    public List<T> List<T>(int maximum, Func<FieldValue, T> read)
    {
        List<T> items = new(ArrayLength(maximum));
        int index = 0;
        foreach (JsonElement item in element.EnumerateArray())
        {
            items.Add(read(new FieldValue(item, $"{path}[{index++}]")));
        }

        return items;
    }

    /// <summary>Returns the members of an object with their names.</summary>
    public IEnumerable<(string Name, FieldValue Value)> Members()
    {
        if (Kind is not JsonValueKind.Object)
            Refuse<bool>("an object");
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = JsonText.Name(property, path);
            yield return (name, new FieldValue(property.Value, path.Length == 0 ? name : $"{path}.{name}"));
        }
    }

    /// <summary>Refuses this value because it is not <paramref name="expected"/>.</summary>
    [DoesNotReturn]
    public T Refuse<T>(string expected) => throw Invalid($"'{path}' must be {expected}, but is {JsonText.Describe(element)}.");

    public InferenceException Invalid(string message) => new(ErrorCode.InvalidRequest, message, path);

    public InferenceException Unsupported(string message) => new(ErrorCode.UnsupportedField, message, path);
}
