namespace OrleansInference.Simulation.Scenarios;

/// <summary>Defect planted between a part of the system and the simulator, to verify that a run finds it.</summary>
internal enum PlantedBug
{
    None,

    /// <summary>A sequence that ends during a step frees its pages before the step has ended.</summary>
    PageFreedEarly,

    /// <summary>A stage computes a step of an earlier epoch.</summary>
    StaleEpochExecuted,

    /// <summary>A session appends tokens that arrive a second time.</summary>
    TokenCommittedTwice,

    /// <summary>The first token of a batch never reaches the session's log.</summary>
    LostCommit,

    /// <summary>A copied page contains another page.</summary>
    WrongPageCopied,

    /// <summary>A page that was written after its copy counts as copied.</summary>
    DirtyPagesNotSent,

    /// <summary>A repeated step is computed again.</summary>
    DuplicateStepExecuted,

    /// <summary>A cancelled sequence's pages stay in use.</summary>
    CancelledPagesKept,

    /// <summary>A gateway resumes a stream one token too late.</summary>
    ResumedAtWrongIndex,

    /// <summary>A journal reports all hidden states although one is missing.</summary>
    JournalEntryMissing,

    /// <summary>The hidden states that travel with a moving page are swapped.</summary>
    WrongRowsCopied,

    /// <summary>A leaving router swaps two pages in its handover.</summary>
    WrongPageHandedOver,

    /// <summary>After the loss of a router, a stage swaps two pages in its report of the pages.</summary>
    WrongPageReported,

    /// <summary>A repeated request to load layers is answered before the end of the load was reported; the warm-up that follows overwrites pages of sequences.</summary>
    WarmUpOverPages,

    /// <summary>The contents of pages are not compared with their checksums.</summary>
    ChecksumsNotCompared,

    /// <summary>A page of an ended migration, overtaken by the plan, is written nevertheless.</summary>
    LatePageWritten,

    /// <summary>An acknowledgement of an earlier version counts for a page's last version.</summary>
    EarlierVersionCounted,

    /// <summary>A device claims the pages of a plan that it lost, or never had.</summary>
    BaseClaimed,

    /// <summary>A recovery counts as done when a stage receives it.</summary>
    ReplayNotComputed,

    /// <summary>A device that has lost its memory returns in its former life.</summary>
    LifeComesBack,

    /// <summary>Stages follow a starved router that was replaced meanwhile.</summary>
    EarlierRouterFollowed,

    /// <summary>A session accepts tokens that overtook earlier ones.</summary>
    GapCommitted,

    /// <summary>Storage that stood still replaces a new version of a session by an old one.</summary>
    OldSessionKept,

    /// <summary>Storage that stood still replaces a later router's plan by an earlier router's.</summary>
    OldPlanKept,

    /// <summary>A page that leaves the pool is not written to the host.</summary>
    HostPageNotWritten,
}
