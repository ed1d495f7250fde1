using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Reads a message from its kind and fields.</summary>
internal static class ControlReader
{
    public static ControlMessage Read(ref WireReader reader, WireKind kind)
    {
        switch (kind)
        {
            case WireKind.ReadPlan: return new ReadPlan(reader.Int());
            case WireKind.PlanRead: return new PlanRead(reader.Int(), reader.Bool() ? PlanWire.ReadPlan(ref reader) : null);
            case WireKind.SavePlan: return new SavePlan(PlanWire.ReadPlan(ref reader));
            case WireKind.PlanSaved: return new PlanSaved(reader.Int(), PlanWire.ReadPlan(ref reader));
            case WireKind.Probe: return new Probe(reader.Int());
            case WireKind.ProbeReply: return new ProbeReply(reader.Int(), PlanWire.ReadDevice(ref reader));
            case WireKind.PageInventoryRequest: return new PageInventoryRequest(reader.Int(), PlanWire.ReadDevice(ref reader), reader.Long());
            case WireKind.PageInventoryReply: return new PageInventoryReply(reader.Int(), PlanWire.ReadDevice(ref reader), reader.Bool() ? HandoverWire.Read(ref reader) : null);
            case WireKind.JoinPlan: return PlanWire.ReadJoin(ref reader);
            case WireKind.Joined: return new Joined(reader.Long(), PlanWire.ReadDevice(ref reader), reader.Bool()) { Pages = ProofWire.ReadPages(ref reader) };
            case WireKind.Refused: return new Refused(reader.Int(), PlanWire.ReadDevice(ref reader), reader.Int());
            case WireKind.DrainDevice: return new DrainDevice(PlanWire.ReadDevice(ref reader));
            case WireKind.DeviceReleased: return new DeviceReleased(PlanWire.ReadDevice(ref reader));
            case WireKind.MembershipChanged: return new MembershipChanged(PlanWire.ReadDevices(ref reader), PlanWire.ReadDevices(ref reader));
            case WireKind.ServePipeline: return new ServePipeline(reader.Long(), PlanWire.ReadDevice(ref reader), reader.Natural(), reader.Bool());
            case WireKind.PagesCorrupted: return new PagesCorrupted(reader.Long(), PlanWire.ReadDevice(ref reader), reader.Array<int>());
            case WireKind.MapLayers: return new MapLayers(reader.Int(), PlanWire.ReadDevice(ref reader), PlanWire.ReadLayers(ref reader));
            case WireKind.LayersMapped: return new LayersMapped(reader.Int(), PlanWire.ReadDevice(ref reader), PlanWire.ReadLayers(ref reader));
            case WireKind.LayersRefused: return PlanWire.ReadRefused(ref reader);
            case WireKind.StepForward: return StepWire.ReadForward(ref reader);
            case WireKind.StepDone: return ResultWire.ReadDone(ref reader);
            case WireKind.JournalRequest: return ReplayWire.ReadAsk(ref reader);
            case WireKind.JournalReply: return ReplayWire.ReadHolds(ref reader);
            case WireKind.ReplayJournal: return ReplayWire.ReadJournal(ref reader);
            case WireKind.JournalMiss: return new JournalMiss(reader.Long(), reader.Int());
            case WireKind.ReplayForward: return ReplayWire.ReadForward(ref reader);
            case WireKind.Replayed: return new Replayed(reader.Long(), reader.Int(), reader.Natural()) { Start = reader.AtEnd ? 0 : reader.Natural() };
            case WireKind.LoadLayers: return MigrationWire.ReadLoad(ref reader);
            case WireKind.LayersLoaded: return new LayersLoaded(reader.Long(), PlanWire.ReadDevice(ref reader));
            case WireKind.CopyPages: return MigrationWire.ReadCopy(ref reader);
            case WireKind.FreezePages: return new FreezePages(reader.Long(), reader.Long());
            case WireKind.PagesCopied: return MigrationWire.ReadCopied(ref reader);
            case WireKind.PageContents: return MigrationWire.ReadContents(ref reader);
            case WireKind.PageTaken: return MigrationWire.ReadTaken(ref reader);
            case WireKind.VerifyPages: return ProofWire.ReadVerify(ref reader);
            case WireKind.PagesVerified: return new PagesVerified(reader.Long(), reader.Long(), reader.Array<int>());
            case WireKind.AttachStream: return SessionWire.ReadAttach(ref reader);
            case WireKind.StreamTokens: return SessionWire.ReadTokens(ref reader);
            case WireKind.DetachStream: return SessionWire.ReadDetach(ref reader);
            case WireKind.StreamDetached: return new StreamDetached(reader.Int());
            case WireKind.SubmitSequences: return SessionWire.ReadSubmit(ref reader);
            case WireKind.CommitTokens: return SessionWire.ReadCommit(ref reader);
            case WireKind.TokensCommitted: return SessionWire.ReadCommitted(ref reader);
            case WireKind.CancelSequences: return new CancelSequences(reader.Int());
            case WireKind.SequencesCancelled: return new SequencesCancelled(reader.Int(), reader.AtEnd ? 0 : reader.Natural());
            case WireKind.StopChoice: return SessionWire.ReadStop(ref reader);
            default:
                WireReader.Refuse($"A message has the unknown kind {(byte)kind}.");
                return null;
        }
    }
}
