using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OrleansInference.Api.Access;

/// <summary>Keys of the tenants' watermarks, derived from one secret key.</summary>
/// <param name="key">Secret key.</param>
public sealed class TenantWatermarks(ReadOnlyMemory<byte> key)
{
    /// <summary>Returns the key of a tenant's watermark.</summary>
    internal ulong KeyOf(string tenant)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key.Span, Encoding.UTF8.GetBytes(tenant), hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
