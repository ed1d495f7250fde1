namespace OrleansInference.Tenancy.Audit.Files;

/// <summary>The disk that files of the log are written to.</summary>
internal interface IAuditDisk
{
    /// <summary>Opens a file to write, which only its owner may read.</summary>
    /// <exception cref="IOException">The file cannot be opened, or a new one exists.</exception>
    IAuditFile Open(string path, bool isNew);
}

/// <summary>An open file of the log.</summary>
internal interface IAuditFile : IDisposable
{
    string Path { get; }

    /// <summary>Writes bytes at an offset. The bytes belong to the operating system when the method returns.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    void SetLength(long length);

    /// <summary>Makes what was written durable. A closed file is durable already.</summary>
    void Flush();

    /// <returns>Bytes of the file that has the path now; null if there is none.</returns>
    long? LengthOnDisk();
}
