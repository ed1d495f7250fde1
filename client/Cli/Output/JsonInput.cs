using System.Text.Json;

namespace OrleansInference.Cli.Output;

/// <summary>Reads the JSON document that a command expects on standard input.</summary>
internal static class JsonInput
{
    private const int MaxDepth = 128;

    /// <param name="expected">Expected form of the document, for the error message.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: the input is not JSON.</exception>
    public static JsonElement Read(string expected)
    {
        if (!Console.IsInputRedirected)
        {
            Console.Error.WriteLine($"Reading {expected} from standard input; end it with Ctrl-D.");
        }

        using Stream input = Console.OpenStandardInput();
        try
        {
            using JsonDocument document = JsonDocument.Parse(input, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new InferenceException(ErrorCode.InvalidRequest, $"Standard input is not {expected}: {exception.Message}", "stdin", exception);
        }
    }

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: the input is not an array of strings.</exception>
    public static string[] ReadStrings() => ReadArray<string>("a JSON array of strings", TryReadText);

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: the input is not an array of integers.</exception>
    public static int[] ReadTokens() => ReadArray<int>("a JSON array of token ids", TryReadInteger);

    private delegate bool TryRead<T>(JsonElement element, out T value);

    private static T[] ReadArray<T>(string expected, TryRead<T> tryRead)
    {
        JsonElement root = Read(expected);
        if (root.ValueKind != JsonValueKind.Array)
        {
            InferenceException.Throw(ErrorCode.InvalidRequest, $"Standard input contains a JSON {root.ValueKind}, expected {expected}.", "stdin");
        }

        T[] result = new T[root.GetArrayLength()];
        int index = 0;
        foreach (JsonElement element in root.EnumerateArray())
        {
            if (!tryRead(element, out result[index]))
            {
                InferenceException.Throw(
                    ErrorCode.InvalidRequest, $"Element {index} on standard input is {Shorten(element.GetRawText())}, expected {expected}.", "stdin");
            }

            index++;
        }

        return result;
    }

    private static bool TryReadInteger(JsonElement element, out int value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out value);
    }

    private static bool TryReadText(JsonElement element, out string value)
    {
        value = "";
        if (element.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        try
        {
            value = element.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            // The string escapes half of a surrogate pair, which is not valid text.
            return false;
        }
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
