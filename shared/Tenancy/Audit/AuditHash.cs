using System.Security.Cryptography;
using System.Text;

namespace OrleansInference.Tenancy.Audit;

/// <summary>SHA-256 in lower-case hexadecimal digits, as lines of the audit log have it.</summary>
public static class AuditHash
{
    /// <summary>Hash of bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Hash of a text in UTF-8.</summary>
    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));
}
