namespace OrleansInference.Engine.KvCache;

/// <summary>What came of <see cref="PageAllocator.TryHold"/>.</summary>
public enum PageHold
{
    /// <summary>The pages are held.</summary>
    Held,

    /// <summary>Some of them are not cached any more.</summary>
    Gone,

    /// <summary>Too few others are free or cached.</summary>
    NoRoom,
}
