using System.Runtime.InteropServices;
using OrleansInference.Compute.Memory;

namespace OrleansInference.Compute.Pages;

/// <summary>
/// The memory behind the page numbers of one stage: a page is contiguous and holds 16 tokens of every layer of the stage, so that it can be moved whole.
/// Which page belongs to whom is the allocator's business.
/// </summary>
/// <remarks>The pages that steps use come first, then those beside the pool, in memory and in a file, then those of a warm-up.</remarks>
internal sealed unsafe class PagePool : IDisposable
{
    private readonly NativeBuffer<byte> _memory; // of steps, then of a warm-up
    private readonly NativeBuffer<byte>? _host;
    private readonly PageFile? _file;
    private readonly int _pages;
    private readonly int _hostPages;
    private readonly int _filePages;

    /// <param name="layers">Of the stage.</param>
    /// <param name="type">Element type.</param>
    /// <param name="pageCount">Pages that steps use.</param>
    /// <param name="warmUpPages">Pages of a warm-up.</param>
    /// <param name="room">Beside the pool.</param>
    /// <exception cref="Models.InferenceException"><see cref="Models.ErrorCode.OutOfMemory"/>: there is no memory, or no space for the file.</exception>
    public PagePool(IReadOnlyList<KvBlockShape> layers, KvType type, int pageCount, int warmUpPages = 0, in HostRoom room = default)
    {
        Type = type;
        PageBytes = BytesPerPage(layers, type);
        (_pages, _hostPages, _filePages) = (pageCount, room.MemoryPages, room.FilePages);
        _memory = new NativeBuffer<byte>(PageBytes * (pageCount + warmUpPages));
        try
        {
            _host = _hostPages > 0 ? new NativeBuffer<byte>(PageBytes * _hostPages) : null;
            _file = _filePages > 0 ? PageFile.Create(room.Folder, PageBytes * _filePages) : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public KvType Type { get; }

    /// <summary>Bytes of a page, a multiple of 64.</summary>
    public long PageBytes { get; }

    public static int ElementBytes(KvType type) => type == KvType.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Bytes of one page over these layers.</summary>
    public static long BytesPerPage(IEnumerable<KvBlockShape> layers, KvType type) => layers.Sum(layer => LayerBytes(layer, type));

    /// <summary>Bytes of one layer's part of a page, a multiple of 64, since 16 tokens of any element are.</summary>
    public static long LayerBytes(KvBlockShape layer, KvType type) => (((long)layer.Elements * ElementBytes(type)) + 63) / 64 * 64;

    public byte* Page(int page) => page < _pages ? _memory.Pointer + (page * PageBytes) : PageAfter(page - _pages);

    /// <summary>A page's bytes, for sending and copying.</summary>
    public Span<byte> Bytes(int page) => new(Page(page), checked((int)PageBytes));

    public void Dispose()
    {
        _memory.Dispose();
        _host?.Dispose();
        _file?.Dispose();
    }

    private byte* PageAfter(int index)
    {
        if (index < _hostPages)
        {
            return _host!.Pointer + (index * PageBytes);
        }

        index -= _hostPages;
        return index < _filePages ? _file!.Pointer + (index * PageBytes) : _memory.Pointer + ((_pages + index - _filePages) * PageBytes);
    }
}
