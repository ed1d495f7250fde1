using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OrleansInference.Models.Checkpoints;

/// <summary>
/// Names a checkpoint's content cheaply: SHA-256 over config.json and, for each safetensors file, its name, size, time of last write, header and blocks
/// sampled evenly over it.
/// </summary>
internal static class CheckpointIdentity
{
    private const int BlockBytes = 4096;
    private const int Samples = 16;

    /// <summary>Lower-case hexadecimal, 64 digits.</summary>
    public static unsafe string Compute(ReadOnlySpan<byte> config, IReadOnlyList<SafetensorsFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, config);
        foreach (SafetensorsFile file in files.OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            Append(hash, Encoding.UTF8.GetBytes(file.Name));
            Append(hash, MemoryMarshal.AsBytes<long>([file.Length, file.LastWrite.Ticks]));
            Append(hash, file.Header);
            long data = file.Length - file.DataStart;
            int block = (int)Math.Min(BlockBytes, data);
            for (int i = 0; i < Samples; i++)
                Append(hash, new ReadOnlySpan<byte>(file.Address(file.DataStart + ((data - block) * i / (Samples - 1))), block));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // The length before each part keeps two different splits of the same bytes apart.
    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        hash.AppendData(BitConverter.GetBytes((long)part.Length));
        hash.AppendData(part);
    }
}
