using System.Runtime.InteropServices;

namespace OrleansInference.Models.Checkpoints;

/// <summary>
/// A tensor in a mapped checkpoint file, row-major. Nothing is read before it is asked for. The memory belongs to the <see cref="Checkpoint"/>: pointers
/// and spans are valid until that is disposed, and a file that is truncated meanwhile takes the process down. The start need not be aligned.
/// </summary>
public sealed unsafe class CheckpointTensor
{
    private readonly SafetensorsFile _file;
    private readonly long _start;

    internal CheckpointTensor(SafetensorsFile file, TensorEntry entry, TensorType type)
    {
        _file = file;
        _start = file.DataStart + entry.Begin;
        Name = entry.Name;
        Type = type;
        Shape = [.. entry.Shape.Select(extent => (int)extent)];
        ByteLength = entry.End - entry.Begin;
        Elements = ByteLength / SafetensorsTypes.Bytes(type);
        Rows = Shape.Count > 1 ? Shape[0] : 1;
        Columns = Rows == 0 ? 0 : Elements / Rows;
    }

    public string Name { get; }

    public TensorType Type { get; }

    public IReadOnlyList<int> Shape { get; }

    /// <summary>May exceed 2 GiB.</summary>
    public long ByteLength { get; }

    public long Elements { get; }

    /// <summary>The first extent; a vector is one row.</summary>
    public int Rows { get; }

    /// <summary>Elements of a row.</summary>
    public long Columns { get; }

    /// <summary>The first byte's address in the mapping, <see cref="ByteLength"/> bytes, read-only.</summary>
    /// <exception cref="ObjectDisposedException">The checkpoint was disposed.</exception>
    public byte* Pointer => _file.Address(_start);

    /// <summary><paramref name="count"/> bytes from byte <paramref name="offset"/> of the tensor, without a copy.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, ByteLength - count);
        return new ReadOnlySpan<byte>(Pointer + offset, count);
    }

    /// <summary>Rows <paramref name="firstRow"/> and on, <paramref name="rowCount"/> of them, widened exactly to float32.</summary>
    /// <param name="destination">[rowCount, <see cref="Columns"/>]</param>
    public void ReadRows(int firstRow, int rowCount, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, Rows - rowCount);
        Read(firstRow * Columns, destination[..checked((int)(rowCount * Columns))]);
    }

    /// <summary>Elements from <paramref name="firstElement"/> on, as many as the destination holds, widened exactly to float32.</summary>
    public void Read(long firstElement, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstElement);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstElement, Elements - destination.Length);
        byte* source = Pointer + (firstElement * SafetensorsTypes.Bytes(Type));
        switch (Type)
        {
            case TensorType.BFloat16:
                Float32Widening.FromBFloat16(new ReadOnlySpan<ushort>(source, destination.Length), destination);
                break;
            case TensorType.Float16:
                Float32Widening.FromFloat16(new ReadOnlySpan<ushort>(source, destination.Length), destination);
                break;
            default:
                new ReadOnlySpan<byte>(source, checked(destination.Length * sizeof(float))).CopyTo(MemoryMarshal.AsBytes(destination));
                break;
        }
    }
}
