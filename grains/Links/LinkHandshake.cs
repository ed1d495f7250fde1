using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OrleansInference.Grains.Links;

/// <summary>
/// Both ends of a link prove that they know the key of the node that is called, which that node tells the members of its cluster and nobody else. The key itself is
/// not sent, and a recorded greeting is worth nothing later.
/// </summary>
/// <remarks>
/// The called node sends the form's number and a nonce; the caller sends a nonce, its gateway's number, that of the gateway it means, and a proof; the called node
/// sends its proof. A proof is the HMAC-SHA256 of a message for the role, both nonces and both numbers.
/// </remarks>
internal static class LinkHandshake
{
    public const int KeyBytes = 32;

    private const int Form = 0x314C494F; // OIL1
    private const int NonceBytes = 32;
    private const int ProofBytes = 32;
    private const int CallBytes = NonceBytes + sizeof(int) + sizeof(int);

    /// <summary>The caller's part.</summary>
    /// <returns>Whether the other is the node that is meant.</returns>
    public static bool Call(Stream stream, ReadOnlySpan<byte> key, int from, int to)
    {
        Span<byte> hello = stackalloc byte[sizeof(int) + NonceBytes];
        if (!Receive(stream, hello) || BinaryPrimitives.ReadInt32LittleEndian(hello) != Form)
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

    /// <summary>The part of the node that is called.</summary>
    /// <returns>Whether the caller belongs to the cluster and means this node.</returns>
    public static bool Answer(Stream stream, ReadOnlySpan<byte> key, int self)
    {
        Span<byte> hello = stackalloc byte[sizeof(int) + NonceBytes];
        BinaryPrimitives.WriteInt32LittleEndian(hello, Form);
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
