using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansInference.Cli.Output;

/// <summary>Writes one JSON document to standard output, complete or not at all.</summary>
public static class JsonOutput
{
    public static void Write(JsonNode document)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            document.WriteTo(writer);
        }

        buffer.Write("\n"u8);
        using Stream output = Console.OpenStandardOutput();
        output.Write(buffer.WrittenSpan);
    }

    /// <summary>Returns a rounded number, or null.</summary>
    public static JsonNode? Round(double? value, int decimals) => value is { } number ? Math.Round(number, decimals) : null;
}

/// <summary>Option of every command that prints one JSON document on standard output and nothing else.</summary>
internal static class JsonOption
{
    public const string Name = "--json";

    public static Option<bool> Create() => new(Name) { Description = "Print one JSON document on standard output and nothing else" };
}
