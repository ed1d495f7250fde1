using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace OrleansInference.Grains.Access;

/// <summary>
/// Mutual challenge and response before any message of Orleans: both ends of a connection prove that they know the key of the cluster. A recorded or reflected
/// proof is not accepted. Without TLS the handshake protects against unauthenticated peers, but not against an attacker who can change packets in transit.
/// </summary>
/// <remarks>
/// The caller sends the format's number and a nonce, the called node a nonce, the caller its proof, the called node its own. A proof is the HMAC-SHA256 of the role, the port and both
/// nonces. The caller proves first, so that an unauthenticated peer receives no value that is computed with the key.
/// </remarks>
internal static class ClusterHandshake
{
    public const int NonceBytes = 32;
    public const int ProofBytes = HMACSHA256.HashSizeInBytes;
    public const int HelloBytes = sizeof(int) + NonceBytes;

    private const int Format = 0x3153494F; // OIS1
    private const byte Caller = (byte)'c';
    private const byte Called = (byte)'a';

    /// <summary>Returns the first bytes that a caller sends, with a new nonce.</summary>
    public static byte[] Hello()
    {
        byte[] hello = new byte[HelloBytes];
        BinaryPrimitives.WriteInt32LittleEndian(hello, Format);
        RandomNumberGenerator.Fill(hello.AsSpan(sizeof(int)));
        return hello;
    }

    /// <summary>Runs the caller's part.</summary>
    public static async Task<HandshakeResult> CallAsync(IDuplexPipe transport, ClusterKey key, ClusterPort port, CancellationToken cancellation)
    {
        byte[] hello = Hello();
        await transport.Output.WriteAsync(hello, cancellation);
        byte[]? nonce = await ReadAsync(transport.Input, NonceBytes, cancellation);
        if (nonce is null)
        {
            return HandshakeResult.Ended;
        }

        await transport.Output.WriteAsync(Prove(key, Caller, port, hello, nonce), cancellation);
        byte[]? answer = await ReadAsync(transport.Input, ProofBytes, cancellation);
        bool proved = answer is not null && CryptographicOperations.FixedTimeEquals(answer, Prove(key, Called, port, hello, nonce));
        return proved ? HandshakeResult.Proved : HandshakeResult.Refused;
    }

    /// <summary>Runs the part of the called node.</summary>
    public static async Task<HandshakeResult> AnswerAsync(IDuplexPipe transport, ClusterKey key, ClusterPort port, CancellationToken cancellation)
    {
        byte[]? hello = await ReadAsync(transport.Input, HelloBytes, cancellation);
        if (hello is null || BinaryPrimitives.ReadInt32LittleEndian(hello) != Format)
        {
            return hello is null ? HandshakeResult.Ended : HandshakeResult.Refused;
        }

        byte[] nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        await transport.Output.WriteAsync(nonce, cancellation);
        byte[]? proof = await ReadAsync(transport.Input, ProofBytes, cancellation);
        if (proof is null || !CryptographicOperations.FixedTimeEquals(proof, Prove(key, Caller, port, hello, nonce)))
        {
            return HandshakeResult.Refused;
        }

        await transport.Output.WriteAsync(Prove(key, Called, port, hello, nonce), cancellation);
        return HandshakeResult.Proved;
    }

    private static byte[] Prove(ClusterKey key, byte role, ClusterPort port, byte[] hello, byte[] nonce)
    {
        byte[] proof = new byte[ProofBytes];
        key.Prove([role, (byte)port, .. hello, .. nonce], proof);
        return proof;
    }

    /// <summary>Reads exactly <paramref name="count"/> bytes and leaves the bytes that follow.</summary>
    /// <returns>The bytes; null if the connection or the time ends before they arrive.</returns>
    private static async Task<byte[]?> ReadAsync(PipeReader input, int count, CancellationToken cancellation)
    {
        try
        {
            ReadResult result = await input.ReadAtLeastAsync(count, cancellation);
            bool whole = result.Buffer.Length >= count;
            byte[]? bytes = whole ? result.Buffer.Slice(0, count).ToArray() : null;
            input.AdvanceTo(whole ? result.Buffer.GetPosition(count) : result.Buffer.End);
            return bytes;
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException)
        {
            return null;
        }
    }
}
