using System.Buffers;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Writes a message as its kind and fields.</summary>
internal static class ControlWriter
{
    public static void Write(IBufferWriter<byte> output, ControlMessage message) => Begin(message).Flush(output);

    /// <summary>Assembles the message in the thread's writer, which must be flushed before the next message.</summary>
    public static WireWriter Begin(ControlMessage message)
    {
        WireWriter writer = WireWriter.Begin(KindOf(message));
        var record = writer.Open();
        WriteFields(writer, message);
        writer.Close(record);
        return writer;
    }

    private static WireKind KindOf(ControlMessage message) => message switch
    {
        StepForward => WireKind.StepForward,
        StepDone => WireKind.StepDone,
        CommitTokens => WireKind.CommitTokens,
        TokensCommitted => WireKind.TokensCommitted,
        StreamTokens => WireKind.StreamTokens,
        AttachStream => WireKind.AttachStream,
        DetachStream => WireKind.DetachStream,
        StreamDetached => WireKind.StreamDetached,
        SubmitSequences => WireKind.SubmitSequences,
        CancelSequences => WireKind.CancelSequences,
        SequencesCancelled => WireKind.SequencesCancelled,
        StopChoice => WireKind.StopChoice,
        PageContents => WireKind.PageContents,
        PageTaken => WireKind.PageTaken,
        VerifyPages => WireKind.VerifyPages,
        PagesVerified => WireKind.PagesVerified,
        Probe => WireKind.Probe,
        ProbeReply => WireKind.ProbeReply,
        MembershipChanged => WireKind.MembershipChanged,
        MapLayers => WireKind.MapLayers,
        LayersMapped => WireKind.LayersMapped,
        LayersRefused => WireKind.LayersRefused,
        ReadPlan => WireKind.ReadPlan,
        PlanRead => WireKind.PlanRead,
        SavePlan => WireKind.SavePlan,
        PlanSaved => WireKind.PlanSaved,
        PageInventoryRequest => WireKind.PageInventoryRequest,
        PageInventoryReply => WireKind.PageInventoryReply,
        JoinPlan => WireKind.JoinPlan,
        Joined => WireKind.Joined,
        PagesCorrupted => WireKind.PagesCorrupted,
        Refused => WireKind.Refused,
        DrainDevice => WireKind.DrainDevice,
        DeviceReleased => WireKind.DeviceReleased,
        ServePipeline => WireKind.ServePipeline,
        JournalRequest => WireKind.JournalRequest,
        JournalReply => WireKind.JournalReply,
        ReplayJournal => WireKind.ReplayJournal,
        JournalMiss => WireKind.JournalMiss,
        ReplayForward => WireKind.ReplayForward,
        Replayed => WireKind.Replayed,
        LoadLayers => WireKind.LoadLayers,
        LayersLoaded => WireKind.LayersLoaded,
        CopyPages => WireKind.CopyPages,
        FreezePages => WireKind.FreezePages,
        PagesCopied => WireKind.PagesCopied,
        _ => throw new ArgumentException($"{message.GetType().Name} has no wire form.", nameof(message)),
    };

    private static void WriteFields(WireWriter writer, ControlMessage message)
    {
        switch (message)
        {
            case StepForward step: StepWire.Write(writer, step); break;
            case StepDone done: ResultWire.Write(writer, done); break;
            case CommitTokens commit: SessionWire.Write(writer, commit); break;
            case TokensCommitted committed: SessionWire.Write(writer, committed); break;
            case StreamTokens tokens: SessionWire.Write(writer, tokens); break;
            case AttachStream attach: SessionWire.Write(writer, attach); break;
            case DetachStream detach: SessionWire.Write(writer, detach); break;
            case StreamDetached detached: writer.Int(detached.Stream); break;
            case SubmitSequences submit: SessionWire.Write(writer, submit); break;
            case CancelSequences cancel: writer.Int(cancel.Session); break;
            case StopChoice stop: SessionWire.Write(writer, stop); break;
            case PageContents contents: MigrationWire.Write(writer, contents); break;
            case PageTaken taken: MigrationWire.Write(writer, taken); break;
            case LoadLayers load: MigrationWire.Write(writer, load); break;
            case CopyPages copy: MigrationWire.Write(writer, copy); break;
            case PagesCopied copied: MigrationWire.Write(writer, copied); break;
            case JournalRequest ask: ReplayWire.Write(writer, ask); break;
            case JournalReply holds: ReplayWire.Write(writer, holds); break;
            case ReplayJournal replay: ReplayWire.Write(writer, replay); break;
            case ReplayForward replay: ReplayWire.Write(writer, replay); break;
            case Probe probe: writer.Int(probe.Router); break;
            case ReadPlan read: writer.Int(read.Router); break;
            case SavePlan save: PlanWire.Write(writer, save.Plan); break;
            case JoinPlan join: PlanWire.Write(writer, join); break;
            case LayersRefused refused: PlanWire.Write(writer, refused); break;
            case DrainDevice drain: PlanWire.Write(writer, drain.Device); break;
            case DeviceReleased released: PlanWire.Write(writer, released.Device); break;
            default: WritePairs(writer, message); break;
        }
    }

    private static void WritePairs(WireWriter writer, ControlMessage message)
    {
        switch (message)
        {
            case ProbeReply present:
                writer.Int(present.Router);
                PlanWire.Write(writer, present.Device);
                break;
            case MembershipChanged members:
                PlanWire.Write(writer, members.Devices);
                PlanWire.Write(writer, members.Draining);
                break;
            case PlanRead read:
                writer.Int(read.Router);
                writer.Bool(read.Plan is not null);
                if (read.Plan is { } plan)
                {
                    PlanWire.Write(writer, plan);
                }

                break;
            case PlanSaved saved:
                writer.Int(saved.Router);
                PlanWire.Write(writer, saved.Plan);
                break;
            case Joined joined:
                writer.Long(joined.Epoch);
                PlanWire.Write(writer, joined.Device);
                writer.Bool(joined.HoldsBase);
                ProofWire.Write(writer, joined.Pages);
                break;
            case Refused refused:
                writer.Int(refused.Router);
                PlanWire.Write(writer, refused.Device);
                writer.Int(refused.Latest);
                break;
            case JournalMiss lacks:
                writer.Long(lacks.Epoch);
                writer.Int(lacks.Sequence);
                break;
            case Replayed replayed:
                writer.Long(replayed.Epoch);
                writer.Int(replayed.Sequence);
                writer.Int(replayed.End);
                writer.Int(replayed.Start);
                break;
            case SequencesCancelled cancelled:
                writer.Int(cancelled.Session);
                writer.Int(cancelled.Router);
                break;
            case ServePipeline serve:
                writer.Long(serve.Version);
                PlanWire.Write(writer, serve.Device);
                writer.Int(serve.Pipeline);
                writer.Bool(serve.Immediately);
                break;
            case PagesCorrupted corrupted:
                writer.Long(corrupted.Epoch);
                PlanWire.Write(writer, corrupted.Device);
                writer.Array(corrupted.Pages);
                break;
            case LayersLoaded loaded:
                writer.Long(loaded.Epoch);
                PlanWire.Write(writer, loaded.Device);
                break;
            case PageInventoryRequest ask:
                writer.Int(ask.Router);
                PlanWire.Write(writer, ask.Device);
                writer.Long(ask.Epoch);
                break;
            case PageInventoryReply pages:
                writer.Int(pages.Router);
                PlanWire.Write(writer, pages.Device);
                writer.Bool(pages.Handover is not null);
                if (pages.Handover is { } handover)
                {
                    HandoverWire.Write(writer, handover);
                }

                break;
            case MapLayers map:
                writer.Int(map.Router);
                PlanWire.Write(writer, map.Device);
                PlanWire.Write(writer, map.Layers);
                break;
            case LayersMapped mapped:
                writer.Int(mapped.Router);
                PlanWire.Write(writer, mapped.Device);
                PlanWire.Write(writer, mapped.Layers);
                break;
            case VerifyPages verify: ProofWire.Write(writer, verify); break;
            case PagesVerified verified:
                writer.Long(verified.Epoch);
                writer.Long(verified.Number);
                writer.Array(verified.Corrupted);
                break;
            case FreezePages freeze:
                writer.Long(freeze.Epoch);
                writer.Long(freeze.LastStep);
                break;
            default:
                throw new ArgumentException($"{message.GetType().Name} has no fields in its wire form.", nameof(message));
        }
    }
}
