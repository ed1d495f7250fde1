namespace OrleansInference.Engine.KvCache;

/// <summary>A snapshot of the page allocator: states of the pages now, events since the start.</summary>
internal readonly record struct PageStatistics
{
    public int Total { get; init; }

    /// <summary>Pages held by active sequences.</summary>
    public int InUse { get; init; }

    /// <summary>Pages held only by idle sessions.</summary>
    public int Warm { get; init; }

    /// <summary>Published pages that nobody holds.</summary>
    public int Cached { get; init; }

    public int Free { get; init; }

    public int HostSlots { get; init; }

    public int HostSlotsUsed { get; init; }

    /// <summary>Prompt tokens looked up.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Prompt tokens found, those brought back from the host among them.</summary>
    public long HitTokens { get; init; }

    /// <summary>Cached pages given up on the device.</summary>
    public long Evictions { get; init; }

    /// <summary>Pages given up on the host.</summary>
    public long HostEvictions { get; init; }

    /// <summary>Pages written to host slots.</summary>
    public long Saves { get; init; }

    /// <summary>Pages brought back from the host.</summary>
    public long Restores { get; init; }

    /// <summary>Partial pages copied before a write.</summary>
    public long Copies { get; init; }

    public long Preemptions { get; init; }

    /// <summary>Leases taken back because pages were short.</summary>
    public long BrokenLeases { get; init; }
}
