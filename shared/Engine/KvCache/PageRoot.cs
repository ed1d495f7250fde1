using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OrleansInference.Engine.KvCache;

/// <summary>
/// The start of a chain of pages: a digest of model, adapter and tenant salt. Sequences share pages only within one root, and the whole root is compared on a hit, so tenants with
/// different salts never share a page.
/// </summary>
public readonly record struct PageRoot(ulong First, ulong Second, ulong Third, ulong Fourth)
{
    /// <summary>Bytes of a root that <see cref="Write"/> writes.</summary>
    public const int Size = 32;

    /// <param name="model">The model's name or digest.</param>
    /// <param name="adapter">The adapter applied to the model, empty without one.</param>
    /// <param name="salt">The server's secret for the tenant, or for the group of tenants that opted in to share prefixes.</param>
    public static PageRoot Create(string model, string adapter, ReadOnlySpan<byte> salt)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Encoding.UTF8.GetBytes(model));
        Append(hash, Encoding.UTF8.GetBytes(adapter));
        Append(hash, salt);
        ReadOnlySpan<byte> digest = hash.GetHashAndReset();
        return new PageRoot(
            BinaryPrimitives.ReadUInt64LittleEndian(digest),
            BinaryPrimitives.ReadUInt64LittleEndian(digest[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(digest[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(digest[24..]));
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, First);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Second);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Third);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], Fourth);
    }

    // The length precedes each value, so that no two different triples give the same bytes.
    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> value)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, value.Length);
        hash.AppendData(length);
        hash.AppendData(value);
    }
}
