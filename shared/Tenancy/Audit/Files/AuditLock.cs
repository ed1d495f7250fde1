namespace OrleansInference.Tenancy.Audit.Files;

/// <summary>Lock on the files of a node, which the operating system releases when the process ends.</summary>
internal sealed class AuditLock : IDisposable
{
    private readonly string _path;
    private readonly string _node;
    private FileStream _file;

    private AuditLock(string path, string node)
    {
        (_path, _node) = (path, node);
        _file = Acquire();
    }

    /// <exception cref="AuditException">Another process has the lock, or the file cannot be created.</exception>
    public static AuditLock Acquire(string folder, string node) => new(AuditFileName.LockOf(folder, node), node);

    /// <summary>Acquires the lock again if its file was removed.</summary>
    /// <exception cref="AuditException">Another process has the lock, or the file cannot be created.</exception>
    public void Renew()
    {
        if (!File.Exists(_path))
        {
            FileStream removed = _file;
            _file = Acquire();
            removed.Dispose();
        }
    }

    // The file stays: a process that deleted it could delete the lock of another one.
    public void Dispose() => _file.Dispose();

    private FileStream Acquire()
    {
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new FileStream(_path, options);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string message = error is IOException && File.Exists(_path)
                ? $"The audit log of node {_node} in {Path.GetDirectoryName(_path)} is in use by another process, which has locked {_path}. Expected another name of the node or another folder."
                : $"The audit log cannot create {_path}: {error.Message}";
            throw new AuditException(message, error);
        }
    }
}
