namespace OrleansInference.Simulation.Scenarios;

/// <summary>A defect that is planted where a part of the system meets the simulator, to see whether a run finds it.</summary>
internal enum PlantedBug
{
    None,

    /// <summary>A sequence that ends while a step computes it gives its pages back before the step has.</summary>
    PageFreedEarly,

    /// <summary>A stage computes a step of an epoch that is over.</summary>
    StaleEpochExecuted,

    /// <summary>A session appends tokens that come a second time.</summary>
    TokenCommittedTwice,

    /// <summary>The first token of a batch never reaches the session's log.</summary>
    LostCommit,

    /// <summary>A copied page comes from the wrong page.</summary>
    WrongPageCopied,

    /// <summary>A page that was written again after it was copied counts as copied.</summary>
    DirtyPagesNotSent,

    /// <summary>A step that comes a second time is computed a second time.</summary>
    DuplicateStepExecuted,

    /// <summary>A cancelled sequence's pages stay in use.</summary>
    CancelledPagesKept,

    /// <summary>A gateway resumes a stream one token too late.</summary>
    ResumedAtWrongIndex,

    /// <summary>A journal says that it has all hidden states, and lacks one.</summary>
    JournalEntryMissing,

    /// <summary>The hidden states that come with a page that moves are in each other's place.</summary>
    WrongRowsCopied,

    /// <summary>A router that leaves names two pages in each other's place.</summary>
    WrongPageHandedOver,

    /// <summary>After a router was lost, a stage that tells what is in the pages names two of them in each other's place.</summary>
    WrongPageTold,

    /// <summary>A repeated request to load layers is answered before the end of the load was reported; the warm-up that follows writes to pages of sequences.</summary>
    WarmUpOverPages,

    /// <summary>The contents of pages are not compared with their checksums.</summary>
    ChecksumsNotCompared,

    /// <summary>A page of a migration that is over, which was overtaken by the plan, is written all the same.</summary>
    LatePageWritten,

    /// <summary>A page counts as arrived with its last version when an acknowledgement of an earlier one comes.</summary>
    EarlierVersionCounted,

    /// <summary>A device claims the pages of a plan that it lost, or never had.</summary>
    BaseClaimed,

    /// <summary>A recovery counts as done when a stage gets it.</summary>
    ReplayNotComputed,

    /// <summary>A device that has lost its memory comes back in the life that it had.</summary>
    LifeComesBack,

    /// <summary>Stages follow a router that was starved, and replaced meanwhile.</summary>
    EarlierRouterFollowed,

    /// <summary>A session takes tokens that overtook those before them.</summary>
    GapCommitted,

    /// <summary>Storage that stood still puts an old version of a session in the place of a new one.</summary>
    OldSessionKept,

    /// <summary>Storage that stood still puts an earlier router's plan in the place of a later one's.</summary>
    OldPlanKept,

    /// <summary>A page that goes out of the pool is not written beside it.</summary>
    HostPageNotWritten,
}
