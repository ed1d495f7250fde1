using System.Text.Json;

namespace OrleansInference.Api.Requests;

/// <summary>A field that a request may have, with its schema and its reader.</summary>
internal interface IRequestField<in T>
{
    string Name { get; }

    FieldSchema Schema { get; }

    void Read(T request, FieldValue value);
}

/// <summary>Schema of a field in the OpenAPI document.</summary>
/// <param name="Type">JSON Schema types, such as <c>string</c> or <c>string|array</c>.</param>
/// <param name="Description">Description in one sentence.</param>
internal sealed record FieldSchema(string Type, string Description)
{
    public bool Required { get; init; }

    /// <summary>Fields of an array's items; null if any item is accepted.</summary>
    public IFieldTable? Items { get; init; }

    public float? Minimum { get; init; }

    public float? Maximum { get; init; }
}

/// <inheritdoc cref="IRequestField{T}"/>
internal sealed class RequestField<T>(string name, FieldSchema schema, Action<T, FieldValue> read) : IRequestField<T>
{
    public string Name => name;

    public FieldSchema Schema => schema;

    public void Read(T request, FieldValue value) => read(request, value);
}

/// <summary>Creates fields of the common kinds.</summary>
internal static class RequestField
{
    public static RequestField<T> Of<T>(string name, string type, Action<T, FieldValue> read, string description, bool required = false, IFieldTable? items = null) =>
        new(name, new FieldSchema(type, description) { Required = required, Items = items }, read);

    public static RequestField<T> Boolean<T>(string name, Action<T, bool> set, string description) =>
        new(name, new FieldSchema("boolean", description), (request, value) => set(request, value.Boolean()));

    public static RequestField<T> Integer<T>(string name, int minimum, int maximum, Action<T, int> set, string description) =>
        new(name, new FieldSchema("integer", description) { Minimum = minimum, Maximum = maximum }, (request, value) => set(request, value.Integer(minimum, maximum)));

    public static RequestField<T> Number<T>(string name, float minimum, float maximum, Action<T, float> set, string description) =>
        new(name, new FieldSchema("number", description) { Minimum = minimum, Maximum = maximum }, (request, value) => set(request, value.Number(minimum, maximum)));

    /// <summary>Creates a field for a label that does not change the answer.</summary>
    public static RequestField<T> Label<T>(string name, int maxLength) =>
        new(name, new FieldSchema("string", "A label, which does not change the answer."), (_, value) => value.Text(maxLength));

    /// <summary>Creates a field of the protocol that is not implemented. It accepts only the values that match the server's behaviour.</summary>
    /// <param name="name">Name of the field.</param>
    /// <param name="type">Its JSON type in the protocol.</param>
    /// <param name="accepted">JSON texts of scalars; if empty, only null is accepted.</param>
    public static RequestField<T> Fixed<T>(string name, string type, params string[] accepted)
    {
        JsonElement[] values = [.. accepted.Select(text => JsonElement.Parse(text))];
        string expected = values.Length == 0 ? "null" : string.Join(" or ", accepted);
        return new(name, new FieldSchema(type, $"Not supported: only {expected} is accepted."), (_, value) =>
        {
            if (!values.Any(known => IsEqual(known, value)))
                throw value.Unsupported($"'{value.Path}' is {JsonText.Describe(value.Element)}, but only {expected} is supported.");
        });
    }

    private static bool IsEqual(JsonElement known, FieldValue value) => known.ValueKind == value.Kind && value.Kind switch
    {
        JsonValueKind.String => value.Text() == known.GetString(),
        JsonValueKind.Number => value.Element.TryGetDouble(out double number) && number == known.GetDouble(),
        _ => true,
    };
}
