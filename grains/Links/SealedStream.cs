using System.Buffers;
using System.Net.Sockets;

namespace OrleansInference.Grains.Links;

/// <summary>Stream for the output of TLS. It writes to the socket first, and to memory after <see cref="Keep"/>.</summary>
/// <param name="socket">Connected socket; it stays open.</param>
internal sealed class SealedStream(Socket socket) : NetworkStream(socket, ownsSocket: false)
{
    private ArrayBufferWriter<byte>? _kept;

    /// <summary>Bytes written since <see cref="Keep"/>.</summary>
    public ReadOnlyMemory<byte> Kept => _kept!.WrittenMemory;

    /// <summary>Redirects writes to memory, and discards the bytes kept before.</summary>
    public void Keep() => (_kept ??= new ArrayBufferWriter<byte>()).ResetWrittenCount();

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (_kept is null)
        {
            base.Write(buffer, offset, count);
        }
        else
        {
            _kept.Write(buffer.AsSpan(offset, count));
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_kept is null)
        {
            base.Write(buffer);
        }
        else
        {
            _kept.Write(buffer);
        }
    }
}
