using System.Text;

namespace OrleansInference.CliTests.Load;

/// <summary>A stream whose parts arrive one after another, each after its time.</summary>
internal sealed class TimedStream(ManualTime time, params (int Milliseconds, string Text)[] parts) : Stream
{
    private readonly Queue<(int Milliseconds, byte[] Bytes)> _parts = new(parts.Select(part => (part.Milliseconds, Encoding.UTF8.GetBytes(part.Text))));

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_parts.Count == 0)
        {
            return ValueTask.FromResult(0);
        }

        (int milliseconds, byte[] bytes) = _parts.Dequeue();
        time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        bytes.CopyTo(buffer);
        return ValueTask.FromResult(bytes.Length);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
