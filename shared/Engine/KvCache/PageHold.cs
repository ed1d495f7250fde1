namespace OrleansInference.Engine.KvCache;

/// <summary>What came of <see cref="PageAllocator.TryHold"/>.</summary>
internal enum PageHold
{
    /// <summary>The pages are held.</summary>
    Held,

    /// <summary>Some of them are not cached any more.</summary>
    Gone,

    /// <summary>Too few others are free or cached.</summary>
    NoRoom,
}
