using OrleansInference.Text.Tokenization.Reading;

namespace OrleansInference.Text.Tokenization;

/// <summary>Reads the fields of tokenizer_config.json that serving needs.</summary>
internal static class TokenizerConfigReader
{
    public static TokenizerConfig Read(JsonElement root) => new()
    {
        BeginToken = Token(root, "bos_token"),
        EndToken = Token(root, "eos_token"),
        PadToken = Token(root, "pad_token"),
        UnknownToken = Token(root, "unk_token"),
        AddBeginToken = Flag(root, "add_bos_token"),
        AddEndToken = Flag(root, "add_eos_token"),
        MaxLength = Length(root, "model_max_length"),
        ChatTemplates = Templates(root, "chat_template"),
    };

    // Either the content itself or an object that describes an added token.
    private static string? Token(JsonElement root, string name) => root.Optional(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Object } token => token.RequiredString("content"),
        { } other => throw JsonFields.Wrong(name, other, "a string or an object with 'content'"),
    };

    private static bool? Flag(JsonElement root, string name) => root.Optional(name) is null ? null : root.OptionalBoolean(name, false);

    // Absent limits are often written as 1e30.
    private static int? Length(JsonElement root, string name)
    {
        if (root.Optional(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double length) || length < 0)
            throw JsonFields.Wrong(name, value, "a number that is not negative");
        return length <= int.MaxValue ? (int)length : null;
    }

    private static Dictionary<string, string> Templates(JsonElement root, string name)
    {
        var templates = new Dictionary<string, string>();
        switch (root.Optional(name))
        {
            case null:
                break;
            case { ValueKind: JsonValueKind.String } text:
                templates["default"] = text.GetString()!;
                break;
            case { ValueKind: JsonValueKind.Array } list:
                foreach (JsonElement entry in list.EnumerateArray())
                    templates[entry.RequiredString("name")] = entry.RequiredString("template");
                break;
            case { } other:
                throw JsonFields.Wrong(name, other, "a template or a list of templates with names");
        }
        return templates;
    }
}
