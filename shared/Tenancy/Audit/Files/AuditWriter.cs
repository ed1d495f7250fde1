using System.Buffers;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Audit.Lines;

namespace OrleansInference.Tenancy.Audit.Files;

/// <summary>
/// Writes the files of one node, one batch at a time. The chain advances only when a batch is whole in its file, so that a failed batch leaves no gap: the next one first removes what the failed one left behind, or begins
/// a new file if the old one is gone.
/// </summary>
internal sealed class AuditWriter : IDisposable
{
    private readonly string _folder;
    private readonly string _node;
    private readonly long _maxFileBytes;
    private readonly IAuditDisk _disk;
    private readonly AuditLock _lock;
    private readonly ArrayBufferWriter<byte> _batch = new(1 << 16);
    private IAuditFile? _file;
    private int _number; // of the last file
    private long _length; // bytes of whole lines in the file
    private DateOnly _day; // of the file's last line
    private bool _isClean; // whether the file ends with its last whole line

    private AuditWriter(string folder, string node, long maxFileBytes, IAuditDisk disk, AuditLock fileLock) => (_folder, _node, _maxFileBytes, _disk, _lock) = (folder, node, maxFileBytes, disk, fileLock);

    /// <summary>Place of the last line.</summary>
    public ChainPoint Last { get; private set; } = ChainPoint.Beginning;

    /// <summary>The file of the last line; null before the first one is written.</summary>
    public IAuditFile? Current => _file;

    /// <summary>Locks the files of a node, cuts off a torn line, and continues the chain.</summary>
    /// <exception cref="AuditException">Another process writes the files, or the folder or a file cannot be used.</exception>
    public static AuditWriter Open(AuditLogOptions options, IAuditDisk disk)
    {
        string folder = Path.GetFullPath(options.Folder);
        string at = folder;
        try
        {
            AuditDisk.CreateFolder(folder);
            AuditWriter writer = new(folder, options.Node, options.MaxFileBytes, disk, AuditLock.Acquire(folder, options.Node));
            try
            {
                writer.Resume(ref at, options.OnEvent);
                return writer;
            }
            catch
            {
                writer.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new AuditException($"The audit log cannot open {at}: {error.Message}", error);
        }
    }

    /// <summary>Writes lines.</summary>
    /// <param name="lines">Fields of the lines, see <see cref="AuditLine.WriteFields"/>.</param>
    /// <param name="today">Day of the lines, in UTC.</param>
    /// <exception cref="AuditException">The lines were not written. A later call tries again.</exception>
    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> lines, DateOnly today)
    {
        string at = _file?.Path ?? _folder;
        try
        {
            Prepare(today, ref at);
            _batch.ResetWrittenCount();
            ChainPoint last = Last;
            foreach (ReadOnlyMemory<byte> fields in lines)
            {
                last = AuditLine.Write(fields.Span, last, _batch);
            }

            _isClean = false;
            _file!.Write(_batch.WrittenSpan, _length);
            RequireLength(_length + _batch.WrittenCount);
            (_length, _day, _isClean, Last) = (_length + _batch.WrittenCount, today, true, last);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AuditException($"The audit log cannot write {at}: {error.Message}", error);
        }
    }

    /// <summary>Continues the chain from a place that the files do not have. The difference is a permanent fault of the chain.</summary>
    public void ContinueFrom(ChainPoint point) => Last = point with { Sequence = Math.Max(point.Sequence, Last.Sequence) };

    /// <summary>Finds the hash of a line.</summary>
    /// <returns>The hash, or null if no line has the sequence; and whether the sequence is before the first line.</returns>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public (string? Hash, bool IsBeforeStart) Find(long sequence)
    {
        List<AuditFileName> files = AuditFileName.List(_folder, _node);
        Span<byte> computed = stackalloc byte[AuditLine.HashLength];
        for (int i = files.Count - 1; i >= 0; i--)
        {
            bool isFirst = true;
            using LineReader lines = new(files[i].In(_folder));
            while (lines.TryRead(out Span<byte> line))
            {
                if (!lines.IsWhole || !AuditLine.TryReadChain(line, out long found, out _, out _))
                {
                    continue;
                }

                if (isFirst && found > sequence)
                {
                    break;
                }

                isFirst = false;
                if (found == sequence)
                {
                    AuditLine.ComputeHash(line, computed);
                    return (System.Text.Encoding.ASCII.GetString(computed), false);
                }
            }

            if (!isFirst)
            {
                return (null, false);
            }
        }

        return (null, files.Count > 0);
    }

    public void Dispose()
    {
        try
        {
            if (_file is not null && !_isClean && _file.LengthOnDisk() > _length)
            {
                // Lines of a failed write were refused to their callers.
                _file.SetLength(_length);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next process continues after them.
        }

        _file?.Dispose();
        _lock.Dispose();
    }

    private void Resume(ref string at, Action<AuditEvent> onEvent)
    {
        List<AuditFileName> files = AuditFileName.List(_folder, _node);
        _number = files.Count > 0 ? files[^1].Number : 0;
        for (int i = files.Count - 1; i >= 0; i--)
        {
            at = files[i].In(_folder);
            FileTail tail = FileTail.Read(at);
            if (i == files.Count - 1)
            {
                Continue(at, tail, onEvent);
            }

            if (tail.Last is { } last)
            {
                Last = last;
                return;
            }
        }

        // All files are gone, but the sequences of lines that were deleted on purpose are not used again.
        if (AuditStartFile.Read(_folder, _node) is { } start)
        {
            Last = new ChainPoint(start.Sequence, start.Hash);
        }
    }

    private void Continue(string path, FileTail tail, Action<AuditEvent> onEvent)
    {
        if (tail.IsDamaged)
        {
            onEvent(new AuditEvent(AuditEventKind.DamagedTail, $"The last line of {path} is damaged. The chain continues in a new file."));
            return;
        }

        _file = _disk.Open(path, isNew: false);
        _length = tail.Length;
        _day = tail.Time is { } time ? DateOnly.FromDateTime(time.UtcDateTime) : default;
        if (tail.TornBytes > 0)
        {
            _file.SetLength(tail.Length);
            onEvent(new AuditEvent(AuditEventKind.TornLineCut, $"{tail.TornBytes} bytes of an incomplete line at the end of {path} were cut off. The line was not acknowledged."));
        }

        _isClean = true;
    }

    /// <summary>Opens the file that the next lines belong to, and makes it end with its last whole line.</summary>
    private void Prepare(DateOnly today, ref string at)
    {
        if (_file is not null && !_isClean)
        {
            // A file that is gone, replaced or shortened has lost lines that this process cannot bring back.
            _isClean = _file.LengthOnDisk() >= _length && Shorten();
            if (!_isClean)
            {
                _file.Dispose();
                _file = null;
            }
        }
        else if (_file is not null)
        {
            // A write to a file that was removed succeeds, and so does one behind the end of a shortened one.
            _isClean = false;
            RequireLength(_length);
            _isClean = true;
        }

        if (_file is null)
        {
            AuditDisk.CreateFolder(_folder);
            _lock.Renew();
            OpenNext(ref at);
        }
        else if (_length > 0 && (_length >= _maxFileBytes || (_day != default && today > _day)))
        {
            IAuditFile full = _file;
            full.Flush();
            OpenNext(ref at);
            full.Dispose();
        }
    }

    private void RequireLength(long length)
    {
        if (_file!.LengthOnDisk() != length)
        {
            throw new IOException("the file was removed, replaced or changed by another program");
        }
    }

    /// <summary>Cuts off the remains of a failed write.</summary>
    /// <returns>Whether the path still names the open file; the length of another one does not follow.</returns>
    private bool Shorten()
    {
        foreach (long length in (long[])[_length + 1, _length])
        {
            _file!.SetLength(length);
            if (_file.LengthOnDisk() != length)
            {
                return false;
            }
        }

        return true;
    }

    private void OpenNext(ref string at)
    {
        List<AuditFileName> files = AuditFileName.List(_folder, _node);
        int number = Math.Max(_number, files.Count > 0 ? files[^1].Number : 0) + 1;
        string path = new AuditFileName(_node, number).In(_folder);
        at = path;
        (_file, _number, _length, _isClean) = (_disk.Open(path, isNew: true), number, 0, true);
    }
}
