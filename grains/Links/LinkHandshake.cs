using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OrleansInference.Grains.Links;

/// <summary>
/// Handshake in which both ends of a link prove that they know the key of the called node. That node gives the key only to the members of its cluster. The key itself is not sent, and a
/// recorded message is not valid later.
/// </summary>
/// <remarks>
/// The called node sends the format's number and a nonce. The caller sends a nonce, its gateway's number, the number of the gateway it calls, and a proof. The
/// called node sends its proof. A proof is the HMAC-SHA256 of a message for the role, both nonces and both numbers.
/// </remarks>
internal static class LinkHandshake
{
    public const int KeyBytes = 32;

    private const int Format = 0x314C494F; // OIL1
    private const int NonceBytes = 32;
    private const int ProofBytes = 32;
    private const int CallBytes = NonceBytes + sizeof(int) + sizeof(int);

    /// <summary>Runs the caller's part.</summary>
    /// <returns>Whether the peer is the intended node.</returns>
    public static bool Call(Stream stream, ReadOnlySpan<byte> key, int from, int to)
    {
        Span<byte> hello = stackalloc byte[sizeof(int) + NonceBytes];
        if (!Receive(stream, hello) || BinaryPrimitives.ReadInt32LittleEndian(hello) != Format)
        {
            return false;
        }

        Span<byte> call = stackalloc byte[CallBytes + ProofBytes];
        RandomNumberGenerator.Fill(call[..NonceBytes]);
        BinaryPrimitives.WriteInt32LittleEndian(call[NonceBytes..], from);
        BinaryPrimitives.WriteInt32LittleEndian(call[(NonceBytes + sizeof(int))..], to);
        Prove(key, 'c', hello[sizeof(int)..], call[..CallBytes], call[CallBytes..]);
        stream.Write(call);
        Span<byte> answer = stackalloc byte[ProofBytes];
        Span<byte> expected = stackalloc byte[ProofBytes];
        Prove(key, 's', hello[sizeof(int)..], call[..CallBytes], expected);
        return Receive(stream, answer) && CryptographicOperations.FixedTimeEquals(answer, expected);
    }

    /// <summary>Runs the part of the called node.</summary>
    /// <returns>Whether the caller belongs to the cluster and intends to call this node.</returns>
    public static bool Answer(Stream stream, ReadOnlySpan<byte> key, int self)
    {
        Span<byte> hello = stackalloc byte[sizeof(int) + NonceBytes];
        BinaryPrimitives.WriteInt32LittleEndian(hello, Format);
        RandomNumberGenerator.Fill(hello[sizeof(int)..]);
        stream.Write(hello);
        Span<byte> call = stackalloc byte[CallBytes + ProofBytes];
        if (!Receive(stream, call))
        {
            return false;
        }

        Span<byte> proof = stackalloc byte[ProofBytes];
        Prove(key, 'c', hello[sizeof(int)..], call[..CallBytes], proof);
        if (!CryptographicOperations.FixedTimeEquals(proof, call[CallBytes..]) || BinaryPrimitives.ReadInt32LittleEndian(call[(NonceBytes + sizeof(int))..]) != self)
        {
            return false;
        }

        Prove(key, 's', hello[sizeof(int)..], call[..CallBytes], proof);
        stream.Write(proof);
        return true;
    }

    private static void Prove(ReadOnlySpan<byte> key, char role, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> call, Span<byte> proof)
    {
        Span<byte> text = stackalloc byte[1 + NonceBytes + CallBytes];
        text[0] = (byte)role;
        nonce.CopyTo(text[1..]);
        call.CopyTo(text[(1 + NonceBytes)..]);
        HMACSHA256.HashData(key, text, proof);
    }

    private static bool Receive(Stream stream, Span<byte> bytes) => stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length;
}
