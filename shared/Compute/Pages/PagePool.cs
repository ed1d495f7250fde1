using System.Runtime.InteropServices;
using OrleansInference.Compute.Memory;

namespace OrleansInference.Compute.Pages;

/// <summary>
/// The memory behind the page numbers of one stage: a page is contiguous and holds 16 tokens of every layer of the stage, so that it can be moved whole.
/// Which page belongs to whom is the allocator's business.
/// </summary>
internal sealed unsafe class PagePool : IDisposable
{
    private readonly NativeBuffer<byte> _memory;

    public PagePool(IReadOnlyList<KvBlockShape> layers, KvType type, int pageCount)
    {
        Type = type;
        PageCount = pageCount;
        PageBytes = BytesPerPage(layers, type);
        _memory = new NativeBuffer<byte>(PageBytes * pageCount);
    }

    public KvType Type { get; }

    public int PageCount { get; }

    /// <summary>Bytes of a page, a multiple of 64.</summary>
    public long PageBytes { get; }

    public static int ElementBytes(KvType type) => type == KvType.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Bytes of one page over these layers.</summary>
    public static long BytesPerPage(IEnumerable<KvBlockShape> layers, KvType type) => layers.Sum(layer => LayerBytes(layer, type));

    /// <summary>Bytes of one layer's part of a page, a multiple of 64, since 16 tokens of any element are.</summary>
    public static long LayerBytes(KvBlockShape layer, KvType type) => (((long)layer.Elements * ElementBytes(type)) + 63) / 64 * 64;

    public byte* Page(int page) => _memory.Pointer + (page * PageBytes);

    public void Copy(int from, int to) => NativeMemory.Copy(Page(from), Page(to), (nuint)PageBytes);

    /// <summary>A page's bytes, for sending, host memory or a file.</summary>
    public Span<byte> Bytes(int page) => new(Page(page), checked((int)PageBytes));

    public void Dispose() => _memory.Dispose();
}
