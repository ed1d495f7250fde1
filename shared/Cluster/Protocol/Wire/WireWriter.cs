using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>
/// Assembles a message: small fields in its own buffer, whose record lengths are filled in afterwards, and large arrays by reference, so that they are copied
/// once. Reused; belongs to one thread until <see cref="Flush"/>.
/// </summary>
/// <remarks>
/// Integers are zigzag varints, counts plain varints; arrays of numbers are a count and their memory, little endian. A record is its length in four bytes and
/// its fields in a fixed order. A later version adds fields at a record's end, which an earlier version ignores.
/// </remarks>
public sealed class WireWriter
{
    /// <summary>Version of the encoding. It changes only when earlier programs can no longer read the bytes.</summary>
    public const byte Version = 1;

    private const int LengthBytes = sizeof(int);
    private const int CopiedBytes = 512; // smaller arrays go into the buffer
    private const int KeptBytes = 1 << 20;

    [ThreadStatic]
    private static WireWriter? _ofThread;

    private readonly List<(int Position, Array Block, int Length)> _blocks = [];
    private byte[] _bytes = new byte[1024];
    private int _count;
    private int _blockBytes;

    /// <summary>Returns the thread's own writer, empty.</summary>
    internal static WireWriter Begin(WireKind kind)
    {
        WireWriter writer = _ofThread ??= new WireWriter();
        writer._count = writer._blockBytes = 0;
        writer._blocks.Clear();
        writer.Byte(Version);
        writer.Byte((byte)kind);
        return writer;
    }

    /// <summary>Starts a record.</summary>
    /// <returns>Position for <see cref="Close"/>.</returns>
    public (int Position, int Start) Open()
    {
        Reserve(LengthBytes);
        return (_count - LengthBytes, checked(_count + _blockBytes));
    }

    /// <summary>Ends a record.</summary>
    public void Close((int Position, int Start) record) =>
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(record.Position), checked(_count + _blockBytes - record.Start));

    internal void Byte(byte value) => Reserve(1)[0] = value;

    internal void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Count(int value) => Varint((ulong)value);

    internal void Int(int value) => Long(value);

    internal void Long(long value) => Varint((ulong)((value << 1) ^ (value >> 63)));

    public void Float(float value) => BinaryPrimitives.WriteSingleLittleEndian(Reserve(sizeof(float)), value);

    public void Fixed(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(sizeof(ulong)), value);

    /// <summary>Writes a text or null.</summary>
    public void Text(string? value)
    {
        if (value is null)
        {
            Count(0);
            return;
        }

        int length = Encoding.UTF8.GetByteCount(value);
        Count(length + 1);
        Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    /// <summary>Writes numbers without references. The encoding requires a little-endian machine.</summary>
    public void Span<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        Count(values.Length);
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        bytes.CopyTo(Reserve(bytes.Length));
    }

    /// <summary>Writes an array that must not change until <see cref="Flush"/>.</summary>
    public void Array<T>(T[] values)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
        if (bytes.Length < CopiedBytes)
        {
            Span<T>(values);
            return;
        }

        Count(values.Length);
        _blocks.Add((_count, values, bytes.Length));
        _blockBytes = checked(_blockBytes + bytes.Length);
    }

    /// <summary>Number of bytes that <see cref="Flush"/> will write.</summary>
    public int Length => checked(_count + _blockBytes);

    /// <summary>Writes the whole message to the output.</summary>
    public void Flush(IBufferWriter<byte> output)
    {
        int length = Length;
        Span<byte> rest = output.GetSpan(length);
        int from = 0;
        foreach ((int position, Array block, int blockLength) in _blocks)
        {
            Put(_bytes.AsSpan(from, position - from), ref rest);
            Put(MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(block), blockLength), ref rest);
            from = position;
        }

        Put(_bytes.AsSpan(from, _count - from), ref rest);
        output.Advance(length);
        _blocks.Clear();
        if (_bytes.Length > KeptBytes)
        {
            _bytes = new byte[1024];
        }
    }

    private static void Put(ReadOnlySpan<byte> bytes, ref Span<byte> rest)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    private Span<byte> Reserve(int count)
    {
        int end = checked(_count + count);
        if (end > _bytes.Length)
        {
            System.Array.Resize(ref _bytes, (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)end), (uint)System.Array.MaxLength));
        }

        Span<byte> reserved = _bytes.AsSpan(_count, count);
        _count = end;
        return reserved;
    }
}
