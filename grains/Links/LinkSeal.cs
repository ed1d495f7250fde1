using System.Net.Security;
using System.Net.Sockets;

namespace OrleansInference.Grains.Links;

/// <summary>
/// TLS of the end of a link that sends. It speaks to the other node itself until the link is open; then it only seals, and what is sealed goes as frames go without TLS. So it waits for nobody.
/// One caller at a time.
/// </summary>
/// <param name="socket">Connected; blocks until the link is open.</param>
internal sealed class LinkSeal(Socket socket) : IDisposable
{
    /// <summary>What is larger is sealed and sent in parts.</summary>
    public const int MostBytes = 256 * 1024;

    private readonly SealedStream _sealed = new(socket);
    private SslStream? _stream;

    /// <summary>Proves to the other node who this one is, and the reverse.</summary>
    /// <returns>What is read and written over TLS until <see cref="Seal"/> is called.</returns>
    public Stream Call(LinkTls tls)
    {
        _stream = new SslStream(_sealed);
        tls.Call(_stream);
        return _stream;
    }

    /// <returns>What is to be sent, good until the next call.</returns>
    public ReadOnlyMemory<byte> Seal(ReadOnlySpan<byte> bytes)
    {
        _sealed.Keep();
        _stream!.Write(bytes);
        return _sealed.Kept;
    }

    public void Dispose() => (_stream ?? (Stream)_sealed).Dispose();
}
