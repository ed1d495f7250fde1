using Microsoft.Win32.SafeHandles;

namespace OrleansInference.Tenancy.Audit.Lines;

/// <summary>End of a file of the log.</summary>
/// <param name="Length">Bytes up to the end of the last whole line. The bytes after them are a torn line.</param>
/// <param name="TornBytes">Bytes of the torn line.</param>
/// <param name="Last">Place of the last whole line, as it states it; null if there is no whole line.</param>
/// <param name="Time">Time of the last whole line.</param>
/// <param name="IsDamaged">Whether the last whole line does not have the hash that it states, or has no chain. Then <paramref name="Last"/> is the best estimate.</param>
internal sealed record FileTail(long Length, long TornBytes, ChainPoint? Last, DateTimeOffset? Time, bool IsDamaged)
{
    private const int BlockBytes = 64 << 10;

    /// <exception cref="IOException">The file cannot be read.</exception>
    public static FileTail Read(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        long size = RandomAccess.GetLength(file);
        long length = LastFeed(file, size) + 1;
        if (length == 0)
        {
            return new FileTail(0, size, null, null, IsDamaged: false);
        }

        long start = LastFeed(file, length - 1) + 1;
        if (length - start > LineReader.MaxLineBytes)
        {
            return Estimate(path, length, size - length);
        }

        byte[] line = new byte[length - 1 - start];
        for (int read = 0; read < line.Length;)
        {
            int more = RandomAccess.Read(file, line.AsSpan(read), start + read);
            read += more > 0 ? more : throw new EndOfStreamException($"{path} became shorter while it was read.");
        }

        if (!AuditLine.TryReadChain(line, out long sequence, out _, out ReadOnlySpan<byte> stated))
        {
            return Estimate(path, length, size - length);
        }

        Span<byte> hash = stackalloc byte[AuditLine.HashLength];
        AuditLine.ComputeHash(line, hash);
        return hash.SequenceEqual(stated)
            ? new FileTail(length, size - length, new ChainPoint(sequence, Text(stated)), AuditLine.TimeOf(line), IsDamaged: false)
            : Estimate(path, length, size - length);
    }

    /// <summary>Reads all lines. A damaged line counts as one, so that its sequence is not given again.</summary>
    private static FileTail Estimate(string path, long length, long tornBytes)
    {
        using LineReader lines = new(path);
        ChainPoint? last = null;
        DateTimeOffset? time = null;
        Span<byte> hash = stackalloc byte[AuditLine.HashLength];
        while (lines.TryRead(out Span<byte> line) && lines.IsWhole)
        {
            long expected = (last?.Sequence ?? 0) + 1;
            if (AuditLine.TryReadChain(line, out long sequence, out _, out ReadOnlySpan<byte> stated))
            {
                AuditLine.ComputeHash(line, hash);
                if (hash.SequenceEqual(stated) || sequence == expected)
                {
                    (last, time) = (new ChainPoint(sequence, Text(stated)), AuditLine.TimeOf(line) ?? time);
                    continue;
                }
            }

            last = (last ?? ChainPoint.Beginning) with { Sequence = expected };
        }

        return new FileTail(length, tornBytes, last, time, IsDamaged: true);
    }

    /// <returns>Offset of the last line feed before an offset; -1 if there is none.</returns>
    private static long LastFeed(SafeFileHandle file, long before)
    {
        byte[] block = new byte[BlockBytes];
        while (before > 0)
        {
            int count = (int)Math.Min(BlockBytes, before);
            long start = before - count;
            int read = RandomAccess.Read(file, block.AsSpan(0, count), start);
            int feed = block.AsSpan(0, read).LastIndexOf((byte)'\n');
            if (feed >= 0)
            {
                return start + feed;
            }

            before = start;
        }

        return -1;
    }

    private static string Text(ReadOnlySpan<byte> hash) => System.Text.Encoding.ASCII.GetString(hash);
}
