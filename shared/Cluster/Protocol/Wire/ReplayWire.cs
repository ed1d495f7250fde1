using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Wire form of replayed pages.</summary>
internal static class ReplayWire
{
    private const int RecordBytes = sizeof(int);

    public static void Write(WireWriter writer, JournalRequest ask)
    {
        writer.Long(ask.Epoch);
        writer.Count(ask.Sequences.Count);
        foreach (ReplayedSequence sequence in ask.Sequences)
        {
            Write(writer, sequence);
        }

        writer.Int(ask.Before);
    }

    public static JournalRequest ReadAsk(ref WireReader reader)
    {
        long epoch = reader.Long();
        ReplayedSequence[] sequences = new ReplayedSequence[reader.Count(RecordBytes)];
        for (int i = 0; i < sequences.Length; i++)
        {
            sequences[i] = ReadSequence(ref reader);
        }

        return new JournalRequest(epoch, sequences) { Before = ReadBefore(ref reader) };
    }

    public static void Write(WireWriter writer, JournalReply holds)
    {
        writer.Long(holds.Epoch);
        PlanWire.Write(writer, holds.Device);
        writer.Count(holds.Sequences.Count);
        foreach (int sequence in holds.Sequences)
        {
            writer.Int(sequence);
        }
    }

    public static JournalReply ReadHolds(ref WireReader reader)
    {
        long epoch = reader.Long();
        DeviceLife device = PlanWire.ReadDevice(ref reader);
        int[] sequences = new int[reader.Count(1)];
        for (int i = 0; i < sequences.Length; i++)
        {
            sequences[i] = reader.Int();
        }

        return new JournalReply(epoch, device, sequences);
    }

    public static void Write(WireWriter writer, ReplayJournal replay)
    {
        writer.Long(replay.Epoch);
        Write(writer, replay.Sequence);
        writer.Int(replay.End);
        writer.Int(replay.Before);
    }

    public static ReplayJournal ReadJournal(ref WireReader reader) =>
        new(reader.Long(), ReadSequence(ref reader), reader.Natural()) { Before = ReadBefore(ref reader) };

    public static void Write(WireWriter writer, ReplayForward replay)
    {
        writer.Long(replay.Epoch);
        Write(writer, replay.Sequence);
        PlanWire.Write(writer, replay.Layers);
        writer.Array(replay.Hidden);
    }

    public static ReplayForward ReadForward(ref WireReader reader) =>
        new(reader.Long(), ReadSequence(ref reader), PlanWire.ReadLayers(ref reader), reader.Array<float>());

    private static int ReadBefore(ref WireReader reader) => reader.AtEnd ? -1 : reader.Int();

    private static void Write(WireWriter writer, ReplayedSequence sequence)
    {
        var record = writer.Open();
        writer.Int(sequence.Number);
        writer.Array(sequence.Tokens);
        writer.Array(sequence.Pages);
        writer.Int(sequence.Start);
        writer.Close(record);
    }

    private static ReplayedSequence ReadSequence(ref WireReader reader)
    {
        WireReader fields = reader.Record();
        ReplayedSequence sequence = new(fields.Int(), fields.Array<int>(), fields.Array<int>()) { Start = fields.AtEnd ? 0 : fields.Natural() };
        if ((long)sequence.Pages.Length * KvLayout.PageTokens < (long)sequence.Start + sequence.Tokens.Length)
        {
            WireReader.Refuse(
                $"{sequence.Tokens.Length} tokens of sequence {sequence.Number} from position {sequence.Start} are to be recomputed on {sequence.Pages.Length} pages; expected pages for all of them.");
        }

        return sequence;
    }
}
