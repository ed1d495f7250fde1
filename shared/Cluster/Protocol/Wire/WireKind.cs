using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>What some bytes are. The numbers stay for ever: a number that is out of use is not given again.</summary>
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
    PagesSpoilt = 19,

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

    /// <summary>Durable, not sent: a <see cref="Control.SessionRecord"/>.</summary>
    SessionRecord = 240,

    /// <summary>Durable, not sent: a <see cref="Control.PipelinePlan"/>.</summary>
    PipelinePlan = 241,

    /// <summary>Durable, not sent: a <see cref="Control.SessionState"/>.</summary>
    SessionState = 244,

    /// <summary>Durable, not sent: a <see cref="Control.TokenBlock"/>.</summary>
    TokenBlock = 245,

    /// <summary>Durable, not sent: a <see cref="Control.DeviceAllocation"/>.</summary>
    DeviceAllocation = 246,

    /// <summary>Handed from one activation to the next: a <see cref="Control.RouterHandover"/>.</summary>
    RouterHandover = 243,
}
