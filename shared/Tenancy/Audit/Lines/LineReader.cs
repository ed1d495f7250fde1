namespace OrleansInference.Tenancy.Audit.Lines;

/// <summary>Reads the lines of a file one after the other. Its memory is bounded by the longest line.</summary>
internal sealed class LineReader : IDisposable
{
    /// <summary>Bytes of the longest line that is read; a longer one counts as damaged.</summary>
    public const int MaxLineBytes = 256 << 20;

    private const int BlockBytes = 1 << 20;
    private const int MinBlockBytes = 4096;
    private const int Retries = 3;

    private readonly FileStream _file;
    private readonly int _maxLineBytes;
    private byte[] _buffer;
    private int _start; // of the next line
    private int _scanned; // no line feed lies between the start and here
    private int _end; // of the bytes that were read

    /// <exception cref="IOException">The file cannot be opened.</exception>
    public LineReader(string path, int maxLineBytes = MaxLineBytes)
    {
        _maxLineBytes = maxLineBytes;
        _file = new FileStream(path, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.SequentialScan });
        _buffer = new byte[Math.Clamp(_file.Length + 1, MinBlockBytes, BlockBytes)];
    }

    /// <summary>Whether the bytes that <see cref="TryRead"/> returned last are a line with a line feed at its end. The end of a file may have none, and a line that is too long is cut short.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Reads the next line.</summary>
    /// <param name="line">The line without its line feed, valid until the next call. The caller may change its bytes.</param>
    /// <returns>Whether there is a line.</returns>
    public bool TryRead(out Span<byte> line)
    {
        bool skipping = false;
        while (true)
        {
            int feed = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                line = _buffer.AsSpan(_start, _scanned + feed - _start);
                _start = _scanned = _scanned + feed + 1;
                IsWhole = !skipping;
                return true;
            }

            _scanned = _end;
            if (_end - _start >= _maxLineBytes)
            {
                // The rest of the line is not kept.
                skipping = true;
                _start = _scanned = _end = 0;
            }

            if (!Fill() && !FillLater())
            {
                line = _buffer.AsSpan(_start, _end - _start);
                bool some = line.Length > 0 || skipping;
                _start = _scanned = _end;
                IsWhole = false;
                return some;
            }
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>At the end of a file without a line feed a writer may be in the middle of a line, which takes it moments.</summary>
    private bool FillLater()
    {
        for (int i = 0; i < Retries && _end > _start; i++)
        {
            Thread.Yield();
            if (Fill())
            {
                return true;
            }
        }

        return false;
    }

    /// <returns>Whether there were more bytes.</returns>
    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _scanned, _end) = (0, _scanned - _start, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read = _file.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
