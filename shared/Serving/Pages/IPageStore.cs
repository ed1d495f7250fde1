namespace OrleansInference.Serving.Pages;

/// <summary>What came of reading a page back.</summary>
internal enum PageLoad : byte
{
    /// <summary>The page holds what was saved.</summary>
    Loaded,

    /// <summary>The step has no time left for it: to be asked again with the next one.</summary>
    Later,

    /// <summary>It is gone or damaged, and has to be computed again.</summary>
    Lost,
}

/// <summary>
/// Room for pages beside the pool, over all stages: in host memory, or in a file. It is a cache, which may lose anything it has at any time. Used by the
/// allocator's thread, between steps.
/// </summary>
internal interface IPageStore
{
    /// <summary>Pages that have room; slots are 0 … Slots − 1.</summary>
    int Slots { get; }

    /// <summary>Writes a page to a slot, over what is there.</summary>
    void Save(int page, int slot);

    /// <summary>Reads a slot into a page that no step under way uses.</summary>
    PageLoad Load(int slot, int page);

    /// <summary>Says that nobody will ask for a slot before it is written again.</summary>
    void Free(int slot);

    /// <summary>Begins a step. <see cref="Load"/> takes this long in it, or as long as one page takes; with zero, everything is <see cref="PageLoad.Later"/>.</summary>
    void Allow(TimeSpan time);
}
