namespace OrleansInference.Cluster.Protocol.Messages;

/// <summary>Router to device: load these layers and take their pages as they come, for a plan to be.</summary>
internal sealed record LoadLayers(long Epoch, int Router, DeviceLife Device, LayerRange Layers) : ControlMessage;

/// <summary>Device to router: the layers are loaded.</summary>
internal sealed record LayersLoaded(long Epoch, DeviceLife Device) : ControlMessage;

/// <summary>Pages of a run of layers that move from one device to another.</summary>
internal readonly record struct PageMove(LayerRange Layers, DeviceLife To);

/// <summary>Router to device: copy your pages of these layers, while you go on serving.</summary>
/// <param name="Epoch">The plan to be.</param>
/// <param name="Router">Who makes it.</param>
/// <param name="Serving">The plan in force.</param>
/// <param name="Moves">What goes where.</param>
internal sealed record CopyPages(long Epoch, int Router, long Serving, IReadOnlyList<PageMove> Moves) : ControlMessage;

/// <summary>Router to device: no step is under way any more; the copy must come to its end.</summary>
/// <param name="Epoch">The plan to be.</param>
/// <param name="LastStep">The last step that was sent: what it wrote must be in the copy.</param>
internal sealed record FreezePages(long Epoch, long LastStep) : ControlMessage;

/// <summary>Device to router: but for a few, all pages have arrived (<paramref name="Final"/>: all, and nothing changes any more).</summary>
internal sealed record PagesCopied(long Epoch, DeviceLife Device, bool Final) : ControlMessage;

/// <summary>Device to device: one page's contents, for every layer that moves.</summary>
/// <param name="Epoch">The plan to be.</param>
/// <param name="From">Who sends.</param>
/// <param name="Layers">The layers that move.</param>
/// <param name="Page">The page.</param>
/// <param name="Version">Counts the sender's writes to the page: an older one never replaces a younger one.</param>
/// <param name="Contents">Layer after layer.</param>
internal sealed record PageContents(long Epoch, DeviceLife From, LayerRange Layers, int Page, int Version, byte[] Contents) : ControlMessage
{
    /// <summary>The hidden states of its tokens that are kept among and after these layers.</summary>
    public IReadOnlyList<KeptRows> Kept { get; init; } = [];

    /// <summary>What the contents are known to be; null where that is not known.</summary>
    public PageProof? Proof { get; init; }

    /// <summary>Bytes of all contents.</summary>
    public long Bytes => Contents.Length + Kept.Sum(static kept => (long)kept.Rows.Length * sizeof(float));
}

/// <summary>Hidden states of a page's tokens, as they went into a layer.</summary>
/// <param name="Before">The layer.</param>
/// <param name="Present">One bit for each place in the page whose row is there; at least one.</param>
/// <param name="Rows">[those places, width]</param>
internal sealed record KeptRows(int Before, int Present, float[] Rows);

/// <summary>Device to device: a page has arrived.</summary>
internal sealed record PageTaken(long Epoch, LayerRange Layers, int Page, int Version) : ControlMessage;
