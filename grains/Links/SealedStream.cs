using System.Buffers;
using System.Net.Sockets;

namespace OrleansInference.Grains.Links;

/// <summary>Stream for the output of TLS: first to the socket, later to memory.</summary>
/// <param name="socket">Connected socket; it stays open.</param>
internal sealed class SealedStream(Socket socket) : NetworkStream(socket, ownsSocket: false)
{
    private ArrayBufferWriter<byte>? _kept;

    /// <summary>Bytes written since <see cref="Keep"/>.</summary>
    public ReadOnlyMemory<byte> Kept => _kept!.WrittenMemory;

    /// <summary>Writes to memory from now on, and discards what it kept before.</summary>
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
