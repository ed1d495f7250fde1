namespace OrleansInference.Engine.KvCache;

/// <summary>Result of <see cref="PageAllocator.TryHold"/>.</summary>
public enum PageHold
{
    /// <summary>The pages are held.</summary>
    Held,

    /// <summary>Some pages are no longer cached.</summary>
    NotCached,

    /// <summary>Too few other pages are free or cached.</summary>
    NoRoom,
}
