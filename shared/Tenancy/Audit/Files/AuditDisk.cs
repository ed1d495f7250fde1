using Microsoft.Win32.SafeHandles;

namespace OrleansInference.Tenancy.Audit.Files;

/// <summary>Files of the operating system.</summary>
internal sealed class AuditDisk : IAuditDisk
{
    public IAuditFile Open(string path, bool isNew)
    {
        FileStreamOptions options = new() { Mode = isNew ? FileMode.CreateNew : FileMode.Open, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && isNew)
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new OpenFile(new FileStream(path, options));
    }

    /// <summary>Creates a folder for its owner alone, if it does not exist.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private sealed class OpenFile(FileStream stream) : IAuditFile
    {
        private readonly SafeFileHandle _handle = stream.SafeFileHandle;

        public string Path => stream.Name;

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(_handle, bytes, offset);

        public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

        public void Flush()
        {
            try
            {
                RandomAccess.FlushToDisk(_handle);
            }
            catch (ObjectDisposedException)
            {
                // The writer flushed the file before it closed it.
            }
        }

        public long? LengthOnDisk()
        {
            FileInfo file = new(Path);
            return file.Exists ? file.Length : null;
        }

        public void Dispose() => stream.Dispose();
    }
}
