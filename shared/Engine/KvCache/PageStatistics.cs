namespace OrleansInference.Engine.KvCache;

/// <summary>A snapshot of the page allocator: the current states of the pages, and the events since the start.</summary>
public readonly record struct PageStatistics
{
    public int Total { get; init; }

    /// <summary>Pages held by active sequences.</summary>
    public int InUse { get; init; }

    /// <summary>Published pages that no sequence holds.</summary>
    public int Cached { get; init; }

    public int Free { get; init; }

    public int HostSlots { get; init; }

    public int HostSlotsUsed { get; init; }

    /// <summary>Prompt tokens looked up.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Prompt tokens found, including those restored from the host.</summary>
    public long HitTokens { get; init; }

    /// <summary>Cached pages evicted from the device.</summary>
    public long Evictions { get; init; }

    /// <summary>Pages evicted from the host.</summary>
    public long HostEvictions { get; init; }

    /// <summary>Pages written to host slots.</summary>
    public long Saves { get; init; }

    /// <summary>Pages restored from the host.</summary>
    public long Restores { get; init; }

    /// <summary>Partial pages copied before a write.</summary>
    public long Copies { get; init; }

    public long Preemptions { get; init; }
}
