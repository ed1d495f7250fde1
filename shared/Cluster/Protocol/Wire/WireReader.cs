using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>
/// Reads the fields of a record in the form of <see cref="WireWriter"/>. It ignores fields of a later version after the known ones. The caller reads fields
/// that an earlier version does not write only if not <see cref="AtEnd"/>. Nothing is allocated for announced elements that are not present.
/// </summary>
/// <exception cref="InferenceException">Thrown by every method, with <see cref="ErrorCode.Internal"/>: the bytes are malformed.</exception>
internal ref struct WireReader
{
    private const string Parameter = "message";

    private ReadOnlySpan<byte> _rest;

    private WireReader(ReadOnlySpan<byte> bytes) => _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>Starts to read a whole sequence of bytes.</summary>
    /// <param name="bytes">Version, kind and one record.</param>
    /// <param name="kind">Kind of the bytes.</param>
    public static WireReader Begin(ReadOnlySpan<byte> bytes, out WireKind kind)
    {
        WireReader reader = new(bytes);
        byte version = reader.Byte();
        if (version != WireWriter.Version)
        {
            Refuse($"The message has version {version}; expected {WireWriter.Version}.");
        }

        kind = (WireKind)reader.Byte();
        WireReader fields = reader.Record();
        if (!reader.AtEnd)
        {
            Refuse($"{reader._rest.Length} bytes follow a message of kind {kind}; expected none.");
        }

        return fields;
    }

    [DoesNotReturn]
    public static void Refuse(string message) => throw new InferenceException(ErrorCode.Internal, message, Parameter);

    /// <summary>Returns a reader for a record's own fields; this reader continues after it.</summary>
    public WireReader Record() => new(Take(BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)))));

    public byte Byte() => Take(1)[0];

    public bool Bool() => Byte() != 0;

    /// <summary>Reads the number of elements that follow.</summary>
    /// <param name="leastBytes">Minimum bytes of one element.</param>
    public int Count(int leastBytes)
    {
        ulong count = Varint();
        if (count > (ulong)(_rest.Length / leastBytes))
        {
            Refuse($"A count announces {count} elements of {leastBytes} bytes or more; expected at most the {_rest.Length} remaining bytes.");
        }

        return (int)count;
    }

    public int Int()
    {
        long value = Long();
        if (value != (int)value)
        {
            Refuse($"A number is {value}; expected 32 bits.");
        }

        return (int)value;
    }

    public long Long()
    {
        ulong value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Reads a number that is not negative.</summary>
    public int Natural()
    {
        int value = Int();
        if (value < 0)
        {
            Refuse($"A number is {value}; expected 0 or more.");
        }

        return value;
    }

    public float Float() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));

    public ulong Fixed() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public string? OptionalText()
    {
        ulong count = Varint(); // number of bytes plus one; 0: none
        if (count > (ulong)_rest.Length + 1)
        {
            Refuse($"A length announces a text of {count - 1} bytes; expected at most the {_rest.Length} remaining bytes.");
        }

        return count == 0 ? null : Encoding.UTF8.GetString(Take((int)count - 1));
    }

    public string Text()
    {
        string? text = OptionalText();
        if (text is null)
        {
            Refuse("A text is missing.");
        }

        return text;
    }

    /// <summary>Reads a value of an enumeration whose values are 0, 1, 2 …</summary>
    public T Enumeration<T>()
        where T : unmanaged, Enum
    {
        byte value = Byte();
        if (value >= Values<T>.All.Length)
        {
            Refuse($"{typeof(T).Name} is {value}; expected 0 to {Values<T>.All.Length - 1}.");
        }

        return Values<T>.All[value];
    }

    /// <summary>Reads numbers in place.</summary>
    public ReadOnlySpan<T> Span<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Take(Count(Unsafe.SizeOf<T>()) * Unsafe.SizeOf<T>()));

    /// <summary>Reads numbers into a new array.</summary>
    public T[] Array<T>()
        where T : unmanaged => Span<T>().ToArray();

    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)_rest.Length)
        {
            Refuse($"A message ends {_rest.Length} bytes after a field's start; expected {(uint)count} bytes.");
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        Refuse("A number continues after ten bytes; expected its end.");
        return 0;
    }

    private static class Values<T>
        where T : unmanaged, Enum
    {
        public static readonly T[] All = Enum.GetValues<T>();
    }
}
