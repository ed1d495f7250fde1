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
        _view = file.CreateViewAccessor(0, length, access);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _pointer);
        Length = length;
    }

    public byte* Pointer => _pointer;

    public long Length { get; }

    public static FileMap OpenRead(string path)
    {
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        long length = stream.Length;
        MemoryMappedFile file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        return new FileMap(file, MemoryMappedFileAccess.Read, length);
    }

    /// <summary>Creates a file of <paramref name="length"/> zero bytes. The disk space is allocated at once, so that a full disk is an exception here and no fault later.</summary>
    public static FileMap Create(string path, long length)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, PreallocationSize = length };
        FileStream stream = new(path, options);
        stream.SetLength(length);
        MemoryMappedFile file = MemoryMappedFile.CreateFromFile(stream, null, length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        return new FileMap(file, MemoryMappedFileAccess.ReadWrite, length);
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
}
