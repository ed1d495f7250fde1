using System.Buffers;
using System.Buffers.Binary;

namespace OrleansInference.Grains.Links;

/// <summary>
/// Buffer for a batch in the form of a frame: its length in four bytes, then the output of <see cref="MessageBatchCodec"/>. The buffer is reused; memory of a large frame is released.
/// </summary>
internal sealed class FrameBuffer : IBufferWriter<byte>
{
    public const int HeaderBytes = sizeof(int);

    private const int KeptBytes = 256 * 1024;

    private byte[] _bytes = new byte[16 * 1024];
    private int _count;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _count);

    public void Fill(MessageBatch batch)
    {
        _count = HeaderBytes;
        batch.Write(this);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes, _count - HeaderBytes);
    }

    /// <summary>Releases memory beyond the size of token frames.</summary>
    public void Release()
    {
        if (_bytes.Length > KeptBytes)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = new byte[16 * 1024];
        }
    }

    public void Advance(int count) => _count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(_count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(_count);
    }

    private void Reserve(int count)
    {
        if (_count + count <= _bytes.Length)
        {
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_count + count), _bytes.Length * 2));
        Written.CopyTo(larger);
        if (_bytes.Length > KeptBytes)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }
}
