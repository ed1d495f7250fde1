namespace OrleansInference.Cluster.Protocol.Messages;

/// <summary>Router to device: load these layers and accept their pages, for a future plan.</summary>
public sealed record LoadLayers(long Epoch, int Router, DeviceLife Device, LayerRange Layers) : ControlMessage;

/// <summary>Device to router: the layers are loaded.</summary>
public sealed record LayersLoaded(long Epoch, DeviceLife Device) : ControlMessage;

/// <summary>Pages of a run of layers that move from one device to another.</summary>
public readonly record struct PageMove(LayerRange Layers, DeviceLife To);

/// <summary>Router to device: copy your pages of these layers while you continue to serve.</summary>
/// <param name="Epoch">Epoch of the future plan.</param>
/// <param name="Router">Router that makes it.</param>
/// <param name="Serving">Epoch of the plan in force.</param>
/// <param name="Moves">Layers to copy and their destinations.</param>
public sealed record CopyPages(long Epoch, int Router, long Serving, IReadOnlyList<PageMove> Moves) : ControlMessage;

/// <summary>Router to device: no step is in flight any more; finish the copy.</summary>
/// <param name="Epoch">Epoch of the future plan.</param>
/// <param name="LastStep">Last step that was sent: the copy must contain its writes.</param>
public sealed record FreezePages(long Epoch, long LastStep) : ControlMessage;

/// <summary>Device to router: all pages except a few have arrived. If <paramref name="Final"/>, all pages have arrived and none changes any more.</summary>
public sealed record PagesCopied(long Epoch, DeviceLife Device, bool Final) : ControlMessage;

/// <summary>Device to device: contents of one page, for every moving layer.</summary>
/// <param name="Epoch">Epoch of the future plan.</param>
/// <param name="From">Sending device.</param>
/// <param name="Layers">Moving layers.</param>
/// <param name="Page">Number of the page.</param>
/// <param name="Version">Count of the sender's writes to the page: an older version never replaces a newer one.</param>
/// <param name="Contents">Contents, layer after layer.</param>
public sealed record PageContents(long Epoch, DeviceLife From, LayerRange Layers, int Page, int Version, byte[] Contents) : ControlMessage
{
    /// <summary>Kept hidden states of the page's tokens, within and after these layers.</summary>
    public IReadOnlyList<KeptRows> Kept { get; init; } = [];

    /// <summary>Proof of the contents; null if there is none.</summary>
    public PageProof? Proof { get; init; }

    /// <summary>Bytes of all contents.</summary>
    public long Bytes => Contents.Length + Kept.Sum(static kept => (long)kept.Rows.Length * sizeof(float));
}

/// <summary>Hidden states of a page's tokens, as input of a layer.</summary>
/// <param name="Before">The layer.</param>
/// <param name="Present">Bit mask of the page's slots whose rows are present; at least one.</param>
/// <param name="Rows">[present slots, width]</param>
public sealed record KeptRows(int Before, int Present, float[] Rows);

/// <summary>Device to device: a page has arrived.</summary>
public sealed record PageTaken(long Epoch, LayerRange Layers, int Page, int Version) : ControlMessage;
