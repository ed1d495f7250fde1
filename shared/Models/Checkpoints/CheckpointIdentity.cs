using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OrleansInference.Models.Checkpoints;

/// <summary>Names a checkpoint cheaply, by SHA-256 over its configuration and blocks of every tensor. Lower-case hexadecimal, 64 digits.</summary>
internal static class CheckpointIdentity
{
    private const int BlockBytes = 4096;
    private const int SamplesPerTensor = 3;

    /// <summary>
    /// The name of the content: config.json and each tensor's name, type, shape, beginning, middle and end. Copies agree on it wherever they lie and
    /// however they are cut into files.
    /// </summary>
    public static unsafe string OfContent(ReadOnlySpan<byte> config, IReadOnlyList<SafetensorsFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, config);
        foreach ((SafetensorsFile file, TensorEntry tensor) in files.SelectMany(file => file.Entries.Values.Select(tensor => (file, tensor))).OrderBy(pair => pair.tensor.Name, StringComparer.Ordinal))
        {
            Append(hash, Encoding.UTF8.GetBytes(tensor.Name));
            Append(hash, Encoding.UTF8.GetBytes(tensor.Type));
            Append(hash, MemoryMarshal.AsBytes<long>([.. tensor.Shape]));
            long bytes = tensor.End - tensor.Begin;
            int block = (int)Math.Min(BlockBytes, bytes);
            for (int i = 0; i < SamplesPerTensor; i++)
                Append(hash, new ReadOnlySpan<byte>(file.Address(file.DataStart + tensor.Begin + ((bytes - block) * i / (SamplesPerTensor - 1))), block));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The name of these very files: the content's, and each file's name, size and time of last write.</summary>
    public static string OfFiles(string content, IReadOnlyList<SafetensorsFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Encoding.UTF8.GetBytes(content));
        foreach (SafetensorsFile file in files.OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            Append(hash, Encoding.UTF8.GetBytes(file.Name));
            Append(hash, MemoryMarshal.AsBytes<long>([file.Length, file.LastWrite.Ticks]));
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
