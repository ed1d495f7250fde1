using System.Numerics;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Wire form of pages that move from one device to another.</summary>
internal static class MigrationWire
{
    private const int RecordBytes = sizeof(int);

    public static void Write(WireWriter writer, LoadLayers load)
    {
        writer.Long(load.Epoch);
        writer.Int(load.Router);
        PlanWire.Write(writer, load.Device);
        PlanWire.Write(writer, load.Layers);
    }

    public static LoadLayers ReadLoad(ref WireReader reader) =>
        new(reader.Long(), reader.Int(), PlanWire.ReadDevice(ref reader), PlanWire.ReadLayers(ref reader));

    public static void Write(WireWriter writer, CopyPages copy)
    {
        writer.Long(copy.Epoch);
        writer.Int(copy.Router);
        writer.Long(copy.Serving);
        writer.Count(copy.Moves.Count);
        foreach (PageMove move in copy.Moves)
        {
            var record = writer.Open();
            PlanWire.Write(writer, move.Layers);
            PlanWire.Write(writer, move.To);
            writer.Close(record);
        }
    }

    public static CopyPages ReadCopy(ref WireReader reader)
    {
        long epoch = reader.Long();
        int router = reader.Int();
        long serving = reader.Long();
        PageMove[] moves = new PageMove[reader.Count(RecordBytes)];
        for (int i = 0; i < moves.Length; i++)
        {
            WireReader move = reader.Record();
            moves[i] = new PageMove(PlanWire.ReadLayers(ref move), PlanWire.ReadDevice(ref move));
        }

        return new CopyPages(epoch, router, serving, moves);
    }

    public static void Write(WireWriter writer, PagesCopied copied)
    {
        writer.Long(copied.Epoch);
        PlanWire.Write(writer, copied.Device);
        writer.Bool(copied.Final);
    }

    public static PagesCopied ReadCopied(ref WireReader reader) => new(reader.Long(), PlanWire.ReadDevice(ref reader), reader.Bool());

    public static void Write(WireWriter writer, PageContents contents)
    {
        writer.Long(contents.Epoch);
        PlanWire.Write(writer, contents.From);
        PlanWire.Write(writer, contents.Layers);
        writer.Int(contents.Page);
        writer.Int(contents.Version);
        writer.Array(contents.Contents);
        writer.Count(contents.Kept.Count);
        foreach (KeptRows kept in contents.Kept)
        {
            var record = writer.Open();
            writer.Int(kept.Before);
            writer.Int(kept.Present);
            writer.Array(kept.Rows);
            writer.Close(record);
        }

        ProofWire.Write(writer, contents.Proof);
    }

    public static PageContents ReadContents(ref WireReader reader)
    {
        PageContents contents = new(reader.Long(), PlanWire.ReadDevice(ref reader), PlanWire.ReadLayers(ref reader), reader.Natural(), reader.Int(), reader.Array<byte>());
        KeptRows[] kept = new KeptRows[reader.AtEnd ? 0 : reader.Count(RecordBytes)];
        for (int i = 0; i < kept.Length; i++)
        {
            WireReader record = reader.Record();
            kept[i] = new KeptRows(record.Natural(), record.Natural(), record.Array<float>());
            int places = BitOperations.PopCount((uint)kept[i].Present);
            if (places == 0 || kept[i].Present >> KvLayout.PageTokens != 0 || kept[i].Rows.Length % places != 0)
            {
                WireReader.Refuse($"Page {contents.Page} has {kept[i].Rows.Length} numbers for hidden states of the slots {kept[i].Present:x}; expected equally many for each of 1 to {KvLayout.PageTokens} slots.");
            }
        }

        return contents with { Kept = kept, Proof = ProofWire.ReadProof(ref reader) };
    }

    public static void Write(WireWriter writer, PageTaken taken)
    {
        writer.Long(taken.Epoch);
        PlanWire.Write(writer, taken.Layers);
        writer.Int(taken.Page);
        writer.Int(taken.Version);
    }

    public static PageTaken ReadTaken(ref WireReader reader) => new(reader.Long(), PlanWire.ReadLayers(ref reader), reader.Natural(), reader.Int());
}
