using System.IO.MemoryMappedFiles;

namespace OrleansInference.Compute.Memory;

/// <summary>A file mapped into memory as a whole; processes that map the same file share its physical pages.</summary>
internal sealed unsafe class FileMap : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _pointer;

    private FileMap(MemoryMappedFile file, MemoryMappedFileAccess access, long length)
    {
        _file = file;
        Length = length;
        try
        {
            _view = file.CreateViewAccessor(0, length, access);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _pointer);
        }
        catch
        {
            _view?.Dispose();
            file.Dispose();
            throw;
        }
    }

    public byte* Pointer => _pointer;

    public long Length { get; }

    /// <exception cref="IOException">The file cannot be mapped; an empty one never can.</exception>
    public static FileMap OpenRead(string path) =>
        Map(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete), MemoryMappedFileAccess.Read);

    /// <summary>Creates a file of <paramref name="length"/> zero bytes. The disk space is allocated immediately, so that a full disk is an exception here and not a fault later.</summary>
    public static FileMap Create(string path, long length)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, PreallocationSize = length };
        FileStream stream = new(path, options);
        try
        {
            stream.SetLength(length);
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        return Map(stream, MemoryMappedFileAccess.ReadWrite);
    }

    public void Flush() => _view.Flush();

    public void Dispose()
    {
        if (_pointer != null)
        {
            _pointer = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }

    private static FileMap Map(FileStream stream, MemoryMappedFileAccess access)
    {
        try
        {
            long length = stream.Length;
            if (length == 0)
            {
                throw new IOException($"{stream.Name} is empty.");
            }

            return new FileMap(MemoryMappedFile.CreateFromFile(stream, null, 0, access, HandleInheritability.None, leaveOpen: false), access, length);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }
}
