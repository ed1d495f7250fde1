using System.Text.Json;
using OrleansInference.Api.Requests;

namespace OrleansInference.Api.Completions;

/// <summary>Reads a prompt in its four forms: a string, strings, token ids, arrays of token ids.</summary>
internal static class PromptReader
{
    private const string Forms = "a string, an array of strings, an array of token ids or an array of such arrays";

    public static IReadOnlyList<PromptInput> Read(FieldValue value, int maxPrompts)
    {
        if (value.Kind is JsonValueKind.String)
            return [new PromptInput(value.Text(), null)];
        if (value.Kind is not JsonValueKind.Array)
            return value.Refuse<PromptInput[]>(Forms);
        if (value.Element.GetArrayLength() == 0)
            throw value.Invalid($"'{value.Path}' is empty, but must be {Forms}.");
        return value.Item(0).Kind switch
        {
            JsonValueKind.String => value.List(maxPrompts, item => new PromptInput(item.Text(), null)),
            JsonValueKind.Number => [new PromptInput(null, Tokens(value))],
            JsonValueKind.Array => value.List(maxPrompts, item => new PromptInput(null, Tokens(item))),
            _ => value.Item(0).Refuse<PromptInput[]>("a string, a token id or an array of token ids"),
        };
    }

    public static int[] Tokens(FieldValue value) => [.. value.List(int.MaxValue, item => item.Integer(0, int.MaxValue))];
}
