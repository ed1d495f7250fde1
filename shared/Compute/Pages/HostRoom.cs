namespace OrleansInference.Compute.Pages;

/// <summary>Room for pages beside the pool that steps use.</summary>
/// <param name="MemoryPages">Pages in host memory.</param>
/// <param name="FilePages">Pages in a file, after those.</param>
/// <param name="Folder">Of the file.</param>
internal readonly record struct HostRoom(int MemoryPages, int FilePages, string Folder)
{
    public int Pages => MemoryPages + FilePages;
}
