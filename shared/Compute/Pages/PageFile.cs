using OrleansInference.Compute.Memory;

namespace OrleansInference.Compute.Pages;

/// <summary>
/// File space that is mapped into memory. Its name is removed from the folder before anything is written, so that no other process opens it, and its space is free when the process ends, however it ends.
/// The space is allocated as a whole: a full disk is an error here, and no fault of a step later.
/// </summary>
internal sealed unsafe class PageFile : IDisposable
{
    private readonly FileMap _map;

    private PageFile(FileMap map) => _map = map;

    public byte* Pointer => _map.Pointer;

    /// <exception cref="InferenceException"><see cref="ErrorCode.OutOfMemory"/>: the folder has no room for the file, or takes none.</exception>
    public static PageFile Create(string folder, long bytes)
    {
        string path = Path.Combine(folder, $"pages-{Environment.ProcessId}-{Guid.NewGuid():N}.kv");
        try
        {
            Directory.CreateDirectory(folder);
            FileMap map = FileMap.Create(path, bytes);
            File.Delete(path);
            return new PageFile(map);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InferenceException(ErrorCode.OutOfMemory, $"{bytes} bytes for pages cannot be had in {folder}: {error.Message}", null, error);
        }
    }

    public void Dispose() => _map.Dispose();
}

/// <summary>Room for pages beside the pool that steps use.</summary>
/// <param name="MemoryPages">Pages in host memory.</param>
/// <param name="FilePages">Pages in a file, after those.</param>
/// <param name="Folder">Of the file.</param>
internal readonly record struct HostRoom(int MemoryPages, int FilePages, string Folder)
{
    public int Pages => MemoryPages + FilePages;
}
