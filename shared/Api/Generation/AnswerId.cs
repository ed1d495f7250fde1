using System.Buffers.Binary;

namespace OrleansInference.Api.Generation;

/// <summary>Identifier of an answer with its start time: a UUID of version 7, whose random part cannot be guessed.</summary>
internal readonly record struct AnswerId(Guid Value)
{
    private const int TimeBytes = 6;

    /// <summary>Start of the answer, to the millisecond.</summary>
    public DateTimeOffset Created
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Value.TryWriteBytes(bytes, bigEndian: true, out _);
            return DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> (8 * (sizeof(ulong) - TimeBytes))));
        }
    }

    public static AnswerId New(TimeProvider time) => new(Guid.CreateVersion7(time.GetUtcNow()));

    public override string ToString() => Value.ToString("N");
}
