using System.Buffers;
using System.Buffers.Binary;
using OrleansInference.Models;

namespace OrleansInference.Grains.Links;

/// <summary>Reads the frames of a connection on its thread. It passes on each frame before it reads the next, so at most one frame waits here.</summary>
/// <param name="stream">Blocking stream of the connection.</param>
/// <param name="take">Receives each batch.</param>
internal sealed class LinkReader(Stream stream, Action<MessageBatch> take)
{
    private const int LargestFrame = 1 << 30;
    private const int SmallBytes = 2 * PeerLinks.MaxUrgentBytes;

    private readonly byte[] _small = new byte[SmallBytes]; // several small frames, or the start of a large one
    private int _start;
    private int _end;

    /// <summary>Reads until the connection ends or sends an invalid frame.</summary>
    public void Run()
    {
        try
        {
            while (Fill(FrameBuffer.HeaderBytes))
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(_small.AsSpan(_start));
                if (length is < 0 or > LargestFrame)
                {
                    return;
                }

                _start += FrameBuffer.HeaderBytes;
                if (!(length <= SmallBytes ? ReadSmall(length) : ReadLarge(length)))
                {
                    return;
                }
            }
        }
        catch (InferenceException)
        {
            // The frame has an unknown format, so the connection cannot be used.
        }
    }

    private bool ReadSmall(int length)
    {
        if (!Fill(length))
        {
            return false;
        }

        MessageBatch batch = MessageBatch.Read(_small.AsSpan(_start, length));
        _start += length;
        take(batch);
        return true;
    }

    private bool ReadLarge(int length)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            int have = _end - _start;
            _small.AsSpan(_start, have).CopyTo(rented);
            _start = _end = 0;
            if (stream.ReadAtLeast(rented.AsSpan(have, length - have), length - have, throwOnEndOfStream: false) < length - have)
            {
                return false;
            }

            take(MessageBatch.Read(rented.AsSpan(0, length)));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Receives until the buffer holds at least <paramref name="bytes"/> bytes.</summary>
    private bool Fill(int bytes)
    {
        if (_start + bytes > SmallBytes || _start == _end)
        {
            _small.AsSpan(_start, _end - _start).CopyTo(_small);
            (_start, _end) = (0, _end - _start);
        }

        while (_end - _start < bytes)
        {
            int count = stream.Read(_small.AsSpan(_end));
            if (count == 0)
            {
                return false;
            }

            _end += count;
        }

        return true;
    }
}
