namespace OrleansInference.Text.Tokenization.Reading;

/// <summary>Reads fields of JSON objects, with errors that name the field, its value and what was expected.</summary>
internal static class JsonFields
{
    /// <summary>The field, or null where it is absent or null.</summary>
    public static JsonElement? Optional(this JsonElement owner, string name)
    {
        if (owner.ValueKind != JsonValueKind.Object)
            throw Wrong(name, owner, "an object around it");
        return owner.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    public static JsonElement Required(this JsonElement owner, string name) =>
        owner.Optional(name) ?? throw new InferenceException(ErrorCode.InvalidTokenizer, $"The field '{name}' is missing; expected a value.", name);

    public static string? OptionalString(this JsonElement owner, string name) => owner.Optional(name) is { } value ? AsString(value, name) : null;

    public static string RequiredString(this JsonElement owner, string name) => AsString(owner.Required(name), name);

    public static bool OptionalBoolean(this JsonElement owner, string name, bool otherwise) => owner.Optional(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Wrong(name, value, "true or false"),
    };

    public static int OptionalCount(this JsonElement owner, string name, int otherwise) => owner.Optional(name) is { } value ? AsId(value, name) : otherwise;

    public static IEnumerable<JsonElement> RequiredArray(this JsonElement owner, string name)
    {
        JsonElement value = owner.Required(name);
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(name, value, "an array");
    }

    /// <summary>The single character of a field.</summary>
    public static char RequiredCharacter(this JsonElement owner, string name)
    {
        JsonElement value = owner.Required(name);
        return AsString(value, name) is [var single] ? single : throw Wrong(name, value, "one character of the basic plane");
    }

    public static string AsString(this JsonElement value, string name) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, value, "a string");

    /// <summary>A token id, or another small number that is not negative.</summary>
    public static int AsId(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number is >= 0 and <= Vocabulary.MaxId
            ? number
            : throw Wrong(name, value, $"a number from 0 to {Vocabulary.MaxId}");

    public static InferenceException Wrong(string name, JsonElement value, string expected)
    {
        string found = value.GetRawText();
        return new InferenceException(ErrorCode.InvalidTokenizer, $"The field '{name}' is {(found.Length <= 80 ? found : found[..80] + "…")}; expected {expected}.", name);
    }

    public static InferenceException Unsupported(string component, string? type, string expected) =>
        new(ErrorCode.InvalidTokenizer, $"The {component} '{type}' is not supported; expected {expected}.", component);
}
