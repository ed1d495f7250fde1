using OrleansInference.Tenancy.Audit.Files;

namespace OrleansInference.Unit.Tenancy.Audit;

/// <summary>A disk whose operations can fail, writes also in their middle.</summary>
internal sealed class FaultyDisk : IAuditDisk
{
    private readonly AuditDisk _disk = new();

    /// <summary>Bytes of which the next write writes at most, before it fails; null while writes succeed.</summary>
    public int? Room { get; set; }

    public bool CannotOpen { get; set; }

    public bool CannotShorten { get; set; }

    public bool CannotFlush { get; set; }

    public int Flushes { get; private set; }

    /// <summary>Runs before each write.</summary>
    public Action BeforeWrite { get; set; } = static () => { };

    public IAuditFile Open(string path, bool isNew) => CannotOpen ? throw new IOException($"No space left on device : '{path}'") : new FaultyFile(this, _disk.Open(path, isNew));

    private sealed class FaultyFile(FaultyDisk disk, IAuditFile file) : IAuditFile
    {
        public string Path => file.Path;

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            disk.BeforeWrite();
            if (disk.Room is { } room && room < bytes.Length)
            {
                file.Write(bytes[..room], offset);
                throw new IOException($"No space left on device : '{Path}'");
            }

            file.Write(bytes, offset);
        }

        public void SetLength(long length)
        {
            if (disk.CannotShorten)
            {
                throw new IOException("Input/output error");
            }

            file.SetLength(length);
        }

        public void Flush()
        {
            if (disk.CannotFlush)
            {
                throw new IOException("Input/output error");
            }

            disk.Flushes++;
            file.Flush();
        }

        public long? LengthOnDisk() => file.LengthOnDisk();

        public void Dispose() => file.Dispose();
    }
}
