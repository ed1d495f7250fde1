using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansInference.Cli.Output;

/// <summary>Writes one JSON document to standard output, complete or not at all.</summary>
public static class JsonOutput
{
    public static void Write(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(writer);
        }

        buffer.Write("\n"u8);
        using Stream output = Console.OpenStandardOutput();
        output.Write(buffer.WrittenSpan);
    }

    /// <summary>Writes a rounded number, or null.</summary>
    public static void WriteNumber(this Utf8JsonWriter writer, string name, double? value, int decimals)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, Math.Round(number, decimals));
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    public static void WriteIntegers(this Utf8JsonWriter writer, ReadOnlySpan<int> values)
    {
        writer.WriteStartArray();
        foreach (int value in values)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes numbers that parse to the same bits; null for numbers that JSON cannot represent.</summary>
    public static void WriteFloats(this Utf8JsonWriter writer, ReadOnlySpan<float> values)
    {
        writer.WriteStartArray();
        foreach (float value in values)
        {
            if (float.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        writer.WriteEndArray();
    }
}

/// <summary>Option of every command that prints one JSON document on standard output and nothing else.</summary>
internal static class JsonOption
{
    public const string Name = "--json";

    public static Option<bool> Create() => new(Name) { Description = "Print one JSON document on standard output and nothing else" };
}
