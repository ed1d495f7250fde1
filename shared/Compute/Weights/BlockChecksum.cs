using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using OrleansInference.Compute.Threading;

namespace OrleansInference.Compute.Weights;

/// <summary>
/// A checksum of a large mapped block at memory speed: CRC-32C of four interleaved streams for each 4 MiB, over all workers, and SHA-256 over the list
/// of those. It finds damage, not forgery: who may write the cache may as well write the checkpoint.
/// </summary>
internal sealed unsafe class BlockChecksum(byte* data, long length, Action<long>? hashed) : IParallelWork
{
    private const int ChunkBytes = 4 << 20;
    private const int Streams = 4;
    private readonly byte[] _sums = new byte[ChunksFor(length) * Streams * sizeof(uint)];

    /// <param name="length">A multiple of 64.</param>
    public static string Compute(WorkerTeam team, byte* data, long length, Action<long>? hashed = null)
    {
        BlockChecksum work = new(data, length, hashed);
        team.Run(work, ChunksFor(length));
        return Convert.ToHexStringLower(SHA256.HashData(work._sums));
    }

    public void RunTile(int tile, int worker)
    {
        long first = (long)tile * ChunkBytes;
        int bytes = (int)Math.Min(ChunkBytes, length - first);
        ulong* words = (ulong*)(data + first);
        uint a = 0, b = 1, c = 2, d = 3;
        for (int i = 0; i < bytes / sizeof(ulong); i += Streams)
        {
            a = BitOperations.Crc32C(a, words[i]);
            b = BitOperations.Crc32C(b, words[i + 1]);
            c = BitOperations.Crc32C(c, words[i + 2]);
            d = BitOperations.Crc32C(d, words[i + 3]);
        }

        Span<byte> sums = _sums.AsSpan(tile * Streams * sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(sums, a);
        BinaryPrimitives.WriteUInt32LittleEndian(sums[4..], b);
        BinaryPrimitives.WriteUInt32LittleEndian(sums[8..], c);
        BinaryPrimitives.WriteUInt32LittleEndian(sums[12..], d);
        hashed?.Invoke(bytes);
    }

    private static int ChunksFor(long length) => checked((int)((length + ChunkBytes - 1) / ChunkBytes));
}
