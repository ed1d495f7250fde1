using System.Net.Security;
using System.Net.Sockets;

namespace OrleansInference.Grains.Links;

/// <summary>
/// TLS at the sending end of a link. It performs the handshake on the socket itself. Once the link is open it only encrypts, and the result is sent in the same way as frames without
/// TLS, so it never waits for the other node. Not thread-safe.
/// </summary>
/// <param name="socket">Connected socket; blocks until the link is open.</param>
internal sealed class LinkSeal(Socket socket) : IDisposable
{
    /// <summary>Maximum size to encrypt in one part; larger data is sent in several parts.</summary>
    public const int MaxPartBytes = 256 * 1024;

    private readonly SealedStream _sealed = new(socket);
    private SslStream? _stream;

    /// <summary>Authenticates this node and the other one to each other.</summary>
    /// <returns>Stream over TLS for reading and writing, valid until <see cref="Seal"/> is called.</returns>
    public Stream Call(LinkTls tls)
    {
        _stream = new SslStream(_sealed);
        tls.Call(_stream);
        return _stream;
    }

    /// <returns>Bytes to send, valid until the next call.</returns>
    public ReadOnlyMemory<byte> Seal(ReadOnlySpan<byte> bytes)
    {
        _sealed.Keep();
        _stream!.Write(bytes);
        return _sealed.Kept;
    }

    public void Dispose() => (_stream ?? (Stream)_sealed).Dispose();
}
