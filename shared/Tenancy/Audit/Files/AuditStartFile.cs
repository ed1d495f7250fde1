using System.Text.Json;
using OrleansInference.Tenancy.Audit.Heads;

namespace OrleansInference.Tenancy.Audit.Files;

/// <summary>The file with the signed start of a node.</summary>
internal static class AuditStartFile
{
    /// <returns>The start; null if there is no file.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is not a start.</exception>
    public static AuditStart? Read(string folder, string node)
    {
        string path = AuditFileName.StartOf(folder, node);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), HeadJsonContext.Default.AuditStart) : null;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} is not a signed start: {error.Message}", error);
        }
    }

    /// <summary>Writes the file, complete or not at all.</summary>
    public static void Write(string folder, AuditStart start)
    {
        string path = AuditFileName.StartOf(folder, start.Node);
        string unfinished = path + ".new";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (FileStream file = new(unfinished, options))
        {
            JsonSerializer.Serialize(file, start, HeadJsonContext.Default.AuditStart);
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
    }
}
