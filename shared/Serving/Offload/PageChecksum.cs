using System.Numerics;
using System.Runtime.InteropServices;

namespace OrleansInference.Serving.Offload;

/// <summary>
/// CRC-32C of four interleaved streams of 64-bit words, which a processor computes about as fast as it reads memory. It finds damage, not forgery.
/// What is left over behind the last whole word counts bytewise to the first stream.
/// </summary>
internal readonly record struct PageChecksum(uint First, uint Second, uint Third, uint Fourth)
{
    private const int Streams = 4;

    public static PageChecksum Start => new(0, 1, 2, 3);

    public PageChecksum Append(ReadOnlySpan<byte> bytes)
    {
        (uint a, uint b, uint c, uint d) = (First, Second, Third, Fourth);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        int i = 0;
        for (; i + Streams <= words.Length; i += Streams)
        {
            a = BitOperations.Crc32C(a, words[i]);
            b = BitOperations.Crc32C(b, words[i + 1]);
            c = BitOperations.Crc32C(c, words[i + 2]);
            d = BitOperations.Crc32C(d, words[i + 3]);
        }

        foreach (byte left in bytes[(i * sizeof(ulong))..])
        {
            a = BitOperations.Crc32C(a, left);
        }

        return new PageChecksum(a, b, c, d);
    }
}
