using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Wire form of page proofs. Nodes of an earlier version do not send them.</summary>
internal static class ProofWire
{
    private const int ProvenBytes = 1 + (2 * sizeof(ulong)) + 2;

    public static void Write(WireWriter writer, PageProof? proof)
    {
        writer.Bool(proof is not null);
        if (proof is not null)
        {
            Write(writer, proof.Before);
            writer.Array(proof.Tokens);
            writer.Array(proof.Checksums);
        }
    }

    public static PageProof? ReadProof(ref WireReader reader)
    {
        if (reader.AtEnd || !reader.Bool())
        {
            return null;
        }

        PageProof proof = new(ReadHash(ref reader), reader.Array<int>(), reader.Array<ulong>());
        if (proof.Tokens.Length is < 1 or > KvLayout.PageTokens)
        {
            WireReader.Refuse($"A page's proof has {proof.Tokens.Length} tokens; expected 1 to {KvLayout.PageTokens}.");
        }

        return proof;
    }

    public static void Write(WireWriter writer, ProvenPage[]? pages)
    {
        writer.Bool(pages is not null);
        if (pages is null)
        {
            return;
        }

        writer.Count(pages.Length);
        foreach (ProvenPage page in pages)
        {
            writer.Int(page.Page);
            Write(writer, page.Hash);
            PlanWire.Write(writer, page.Layers);
        }
    }

    public static ProvenPage[]? ReadPages(ref WireReader reader)
    {
        if (reader.AtEnd || !reader.Bool())
        {
            return null;
        }

        ProvenPage[] pages = new ProvenPage[reader.Count(ProvenBytes)];
        for (int i = 0; i < pages.Length; i++)
        {
            pages[i] = new ProvenPage(reader.Natural(), ReadHash(ref reader), PlanWire.ReadLayers(ref reader));
        }

        return pages;
    }

    public static void Write(WireWriter writer, VerifyPages verify)
    {
        writer.Long(verify.Epoch);
        writer.Long(verify.Number);
        writer.Long(verify.AfterStep);
        writer.Int(verify.Start);
        writer.Array(verify.Tokens);
        writer.Array(verify.Table);
        writer.Array(verify.Compared);
        writer.Array(verify.Hidden);
        writer.Array(verify.Corrupted);
    }

    public static VerifyPages ReadVerify(ref WireReader reader) =>
        new(reader.Long(), reader.Long(), reader.Long(), reader.Natural(), reader.Array<int>(), reader.Array<int>(), reader.Array<int>())
        {
            Hidden = reader.Array<float>(),
            Corrupted = reader.Array<int>(),
        };

    private static void Write(WireWriter writer, PageHash name)
    {
        writer.Fixed(name.High);
        writer.Fixed(name.Low);
    }

    private static PageHash ReadHash(ref WireReader reader) => new(reader.Fixed(), reader.Fixed());
}
