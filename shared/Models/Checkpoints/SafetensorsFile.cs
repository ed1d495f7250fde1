using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using OrleansInference.Models.Fields;

namespace OrleansInference.Models.Checkpoints;

/// <summary>
/// A safetensors file, mapped read-only and shared with every process that maps it: u64 header length (little-endian), JSON header, data.
/// Owns the mapping; pointers into it are valid until <see cref="Dispose"/>.
/// </summary>
internal sealed unsafe class SafetensorsFile : IDisposable
{
    private const int MaxHeaderBytes = 100_000_000;

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<string, TensorEntry> _entries;
    private byte* _start;

    private SafetensorsFile(string path, long length, DateTime lastWrite, MemoryMappedFile map)
    {
        Path = path;
        Length = length;
        LastWrite = lastWrite;
        _map = map;
        _view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        try
        {
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
            _start += _view.PointerOffset;
            ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(_start, sizeof(ulong)));
            if (headerLength > MaxHeaderBytes)
                BadCheckpoint.Throw(path, $"declares a header of {headerLength} bytes, expected at most {MaxHeaderBytes}");
            if (headerLength > (ulong)(length - sizeof(ulong)))
                BadCheckpoint.Throw(path, $"declares a header of {headerLength} bytes but is {length} bytes long: it is truncated or not a safetensors file");
            DataStart = sizeof(ulong) + (long)headerLength;
            _entries = SafetensorsHeader.Parse(path, Header, length - DataStart);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Bytes of the whole file.</summary>
    public long Length { get; }

    public DateTime LastWrite { get; }

    /// <summary>Where the data section begins.</summary>
    public long DataStart { get; }

    /// <summary>The JSON header's bytes.</summary>
    public ReadOnlySpan<byte> Header => new(Address(sizeof(ulong)), (int)(DataStart - sizeof(ulong)));

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <exception cref="InferenceException">The file is absent, unreadable or not a valid safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            long length = stream.Length;
            if (length < sizeof(ulong))
                BadCheckpoint.Throw(path, $"is {length} bytes long, too short for a safetensors file");
            var map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            try
            {
                return new SafetensorsFile(path, length, File.GetLastWriteTimeUtc(stream.SafeFileHandle), map);
            }
            catch
            {
                map.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw BadCheckpoint.Error(path, $"cannot be mapped ({error.Message})", error);
        }
    }

    /// <summary>Where byte <paramref name="offset"/> of the file is mapped.</summary>
    public byte* Address(long offset)
    {
        byte* start = _start;
        ObjectDisposedException.ThrowIf(start is null, this);
        return start + offset;
    }

    public void Dispose()
    {
        if (_start is not null)
        {
            _start = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        _view.Dispose();
        _map.Dispose();
    }
}
