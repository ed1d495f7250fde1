using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace OrleansInference.Tenancy.Keys;

/// <summary>
/// The text of a key, which only its holder has: <c>oi-ID-SECRET</c>, both parts in lower-case base 32 (RFC 4648). The id finds the stored key, whose hash proves the secret. The secret has 256
/// random bits, so that a plain hash protects it as well as a slow one.
/// </summary>
public static class KeySecret
{
    private const string Mark = "oi-";
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int IdLength = 12; // 60 bits
    private const int SecretLength = 52; // 260 bits

    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);
    private static readonly int TextLength = Mark.Length + IdLength + 1 + SecretLength;

    /// <summary>Creates a random key.</summary>
    /// <returns>Its id and its text.</returns>
    public static (string Id, string Text) Create()
    {
        string id = RandomNumberGenerator.GetString(Alphabet, IdLength);
        return (id, Create(id));
    }

    /// <summary>Creates a random key with a given id.</summary>
    /// <returns>Its text.</returns>
    public static string Create(string id) => $"{Mark}{id}-{RandomNumberGenerator.GetString(Alphabet, SecretLength)}";

    /// <summary>Finds the id in the text of a key.</summary>
    /// <returns>Whether the text has the form of a key.</returns>
    public static bool TryReadId(string text, out string id)
    {
        bool isKey = text.Length == TextLength && text.StartsWith(Mark, StringComparison.Ordinal) && text[Mark.Length + IdLength] == '-';
        id = isKey ? text.Substring(Mark.Length, IdLength) : string.Empty;
        return isKey && IsId(id);
    }

    /// <summary>Returns whether a text has the form of an id.</summary>
    public static bool IsId(string text) => text.Length == IdLength && !text.AsSpan().ContainsAnyExcept(Letters);

    /// <summary>SHA-256 of the text.</summary>
    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
