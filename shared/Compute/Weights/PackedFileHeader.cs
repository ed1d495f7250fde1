using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansInference.Compute.Weights;

/// <summary>
/// The first 64 KiB of a packed file: eight bytes of magic, the JSON's length (int32, little-endian), its SHA-256, then the JSON. It names what the data were
/// made from; a file whose header differs from the one expected is packed anew.
/// </summary>
internal sealed record PackedFileHeader(int Version, string Checkpoint, string Unit, IReadOnlyList<PackedFileHeader.Item> Items, long DataBytes, string DataChecksum)
{
    public const int Bytes = 64 << 10;

    /// <summary>Raised whenever the layout of panels or vectors changes.</summary>
    public const int CurrentVersion = 1;

    private const int Prologue = 8 + sizeof(int) + SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "OIPACKED"u8;

    public sealed record Item(string Name, WeightFormat Format, int Outputs, int Inputs, long Offset);

    public static PackedFileHeader Describe(UnitLayout layout, string checksum) => new(
        CurrentVersion,
        layout.Checkpoint.Identity,
        layout.Name,
        [.. layout.Entries.Select(static entry => new Item(entry.Name, entry.Format, entry.Outputs, entry.Inputs, entry.Offset))],
        layout.Bytes,
        checksum);

    public void Write(Span<byte> header)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(this, PackedFileJson.Default.PackedFileHeader);
        header.Clear();
        Magic.CopyTo(header);
        BitConverter.TryWriteBytes(header[8..], json.Length);
        SHA256.HashData(json, header[12..]);
        json.CopyTo(header[Prologue..]);
    }

    /// <summary>Reads a header; null when it is not one, or damaged.</summary>
    public static PackedFileHeader? Read(ReadOnlySpan<byte> header)
    {
        if (header.Length < Bytes || !header.StartsWith(Magic))
        {
            return null;
        }

        int length = BitConverter.ToInt32(header[8..]);
        if (length <= 0 || length > Bytes - Prologue)
        {
            return null;
        }

        ReadOnlySpan<byte> json = header.Slice(Prologue, length);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(json, hash);
        return hash.SequenceEqual(header.Slice(12, SHA256.HashSizeInBytes)) ? Parse(json) : null;
    }

    /// <summary>Whether the file holds what <paramref name="expected"/> describes; the checksum of the data is compared separately.</summary>
    public bool Describes(PackedFileHeader expected) =>
        Version == expected.Version && Checkpoint == expected.Checkpoint && Unit == expected.Unit && DataBytes == expected.DataBytes && Items.SequenceEqual(expected.Items);

    private static PackedFileHeader? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, PackedFileJson.Default.PackedFileHeader);
        }
        catch (JsonException)
        {
            // Whole, but written by a version whose header has other fields.
            return null;
        }
    }
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PackedFileHeader))]
internal sealed partial class PackedFileJson : JsonSerializerContext;
