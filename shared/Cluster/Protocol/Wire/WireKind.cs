using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Kind of encoded bytes. The numbers are permanent: a number that is no longer used is not assigned again.</summary>
internal enum WireKind : byte
{
    ReadPlan = 1,
    PlanRead = 2,
    SavePlan = 3,
    PlanSaved = 4,
    Probe = 5,
    ProbeReply = 6,
    JoinPlan = 7,
    Joined = 8,
    Refused = 9,
    DrainDevice = 10,
    DeviceReleased = 11,
    MembershipChanged = 12,
    MapLayers = 13,
    LayersMapped = 14,
    LayersRefused = 15,
    PageInventoryRequest = 16,
    PageInventoryReply = 17,
    ServePipeline = 18,
    PagesCorrupted = 19,

    StepForward = 32,
    StepDone = 33,
    JournalRequest = 34,
    JournalReply = 35,
    JournalMiss = 37,
    Replayed = 39,
    ReplayJournal = 40,
    ReplayForward = 41,

    LoadLayers = 64,
    LayersLoaded = 65,
    CopyPages = 66,
    FreezePages = 67,
    PagesCopied = 68,
    PageContents = 69,
    PageTaken = 70,
    VerifyPages = 71,
    PagesVerified = 72,

    AttachStream = 96,
    StreamTokens = 97,
    DetachStream = 98,
    StreamDetached = 99,
    SubmitSequences = 100,
    CommitTokens = 101,
    TokensCommitted = 102,
    CancelSequences = 103,
    SequencesCancelled = 104,
    StopChoice = 105,

    /// <summary>Durable, not sent: a <see cref="Protocol.SessionRecord"/>.</summary>
    SessionRecord = 240,

    /// <summary>Durable, not sent: a <see cref="Protocol.PipelinePlan"/>.</summary>
    PipelinePlan = 241,

    /// <summary>Durable, not sent: a <see cref="Protocol.SessionState"/>.</summary>
    SessionState = 244,

    /// <summary>Durable, not sent: a <see cref="Protocol.TokenBlock"/>.</summary>
    TokenBlock = 245,

    /// <summary>Durable, not sent: a <see cref="Protocol.DeviceAllocation"/>.</summary>
    DeviceAllocation = 246,

    /// <summary>Passed from one activation to the next: a <see cref="Protocol.RouterHandover"/>.</summary>
    RouterHandover = 243,
}
