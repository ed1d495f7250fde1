using System.Security.Cryptography;
using System.Text;

namespace OrleansInference.Tenancy.Audit.Heads;

/// <summary>Secret key that signs heads, at least 16 bytes.</summary>
public sealed class AuditKey
{
    /// <summary>Bytes of the shortest key.</summary>
    public const int MinBytes = 16;

    private readonly byte[] _bytes;

    /// <exception cref="ArgumentException">The key is too short.</exception>
    public AuditKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < MinBytes)
        {
            throw new ArgumentException($"The key of the audit log has {bytes.Length} bytes; expected at least {MinBytes}.", nameof(bytes));
        }

        _bytes = bytes.ToArray();
    }

    /// <summary>Reads a key from a file: its bytes, without line breaks at the end.</summary>
    /// <exception cref="AuditException">The file cannot be read, or the key is too short.</exception>
    public static AuditKey Read(string path)
    {
        try
        {
            return new AuditKey(File.ReadAllBytes(path).AsSpan().TrimEnd("\r\n"u8));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new AuditException(error is ArgumentException ? $"{path}: {error.Message}" : error.Message, error);
        }
    }

    /// <summary>HMAC-SHA256 of a text in UTF-8, in lower-case hexadecimal digits.</summary>
    internal string Sign(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(_bytes, Encoding.UTF8.GetBytes(text)));

    /// <summary>Compares a signature in constant time.</summary>
    internal bool Verify(string text, string signature) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(text)), Encoding.UTF8.GetBytes(signature));
}
