using System.Buffers;
using System.Buffers.Binary;
using OrleansInference.Models.Architectures;

namespace OrleansInference.Models.Checkpoints;

/// <summary>
/// Writes a safetensors file in one pass: the tensors are declared first, then their bytes follow in that order, in pieces of any size.
/// The file appears under its name with <see cref="Complete"/>; without it nothing is left behind.
/// </summary>
public sealed class SafetensorsWriter : IDisposable
{
    private const int Alignment = 64;

    private readonly string _path;
    private readonly string _partial;
    private readonly FileStream _stream;
    private readonly long _end;

    /// <exception cref="IOException">The file cannot be created.</exception>
    public SafetensorsWriter(string path, IReadOnlyList<(TensorSpec Tensor, TensorType Type)> tensors)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        _path = path;
        _partial = path + ".partial";
        (byte[] header, long dataLength) = Header(tensors);
        _end = header.Length + dataLength;
        _stream = new FileStream(_partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        _stream.Write(header);
    }

    /// <summary>The next bytes of the data section.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _end - _stream.Position)
            throw new InvalidOperationException($"{_path}: {bytes.Length} bytes are written, but the declared tensors have {_end - _stream.Position} left.");
        _stream.Write(bytes);
    }

    /// <summary>Closes the file and gives it its name.</summary>
    public void Complete()
    {
        if (_stream.Position != _end)
            throw new InvalidOperationException($"{_path}: {_end - _stream.Position} bytes of the declared tensors were not written.");
        _stream.Dispose();
        File.Move(_partial, _path, overwrite: true);
    }

    public void Dispose()
    {
        _stream.Dispose();
        File.Delete(_partial);
    }

    /// <summary>The length and the JSON, padded with spaces so that the data begins aligned.</summary>
    private static (byte[] Bytes, long DataLength) Header(IReadOnlyList<(TensorSpec Tensor, TensorType Type)> tensors)
    {
        ArrayBufferWriter<byte> buffer = new();
        long offset = 0;
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            foreach ((TensorSpec tensor, TensorType type) in tensors)
            {
                long end = offset + ByteLength(tensor, type);
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafetensorsTypes.Name(type));
                WriteNumbers(json, "shape", Array.ConvertAll(tensor.Shape, static extent => (long)extent));
                WriteNumbers(json, "data_offsets", [offset, end]);
                json.WriteEndObject();
                offset = end;
            }

            json.WriteEndObject();
        }

        int written = sizeof(ulong) + buffer.WrittenCount;
        byte[] header = new byte[(written + Alignment - 1) / Alignment * Alignment];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - sizeof(ulong)));
        buffer.WrittenSpan.CopyTo(header.AsSpan(sizeof(ulong)));
        header.AsSpan(written).Fill((byte)' ');
        return (header, offset);
    }

    private static long ByteLength(TensorSpec tensor, TensorType type) =>
        tensor.Shape.Aggregate((long)SafetensorsTypes.Bytes(type), static (total, extent) => checked(total * extent));

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
