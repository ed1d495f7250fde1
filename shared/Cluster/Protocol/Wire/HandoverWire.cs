using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Wire form of a router's handover, and of the page updates that routers send to stages for it.</summary>
internal static class HandoverWire
{
    private const int PageBytes = 3 + PageRoot.Size + (KvLayout.PageTokens * sizeof(int));

    public static void Write(WireWriter writer, RouterHandover handover)
    {
        PlanWire.Write(writer, handover.Plan);
        writer.Long(handover.LastStep);
        writer.Span<byte>(handover.Secret);
        Write(writer, handover.Pages);
        writer.Span<int>(handover.Heads);
    }

    /// <summary>Reads a handover. Each page must follow the page that it continues.</summary>
    public static RouterHandover Read(ref WireReader reader)
    {
        PipelinePlan plan = PlanWire.ReadPlan(ref reader);
        long lastStep = reader.Long();
        byte[] secret = reader.Array<byte>();
        PublishedPage[] pages = ReadPages(ref reader);
        HashSet<int> known = new(pages.Length);
        foreach (PublishedPage page in pages)
        {
            if ((page.Before >= 0 && !known.Contains(page.Before)) || !known.Add(page.Page))
            {
                WireReader.Refuse($"Page {page.Page} is handed over as number {known.Count}, after page {page.Before}; expected each page once, after the one it continues.");
            }
        }

        int[] heads = reader.Array<int>();
        if (Array.FindIndex(heads, head => !known.Contains(head)) is var unknown and >= 0)
        {
            WireReader.Refuse($"A sequence ends with page {heads[unknown]}, which is not handed over; expected one of the {pages.Length} pages.");
        }

        return new RouterHandover(plan, lastStep, pages) { Secret = secret, Heads = heads };
    }

    public static void Write(WireWriter writer, PageDelta notes)
    {
        writer.Bool(notes.Whole);
        writer.Span<byte>(notes.Secret);
        writer.Span<int>(notes.Removed);
        Write(writer, notes.Published);
    }

    public static PageDelta ReadPageDelta(ref WireReader reader)
    {
        bool whole = reader.Bool();
        byte[] secret = reader.Array<byte>();
        int[] gone = reader.Array<int>();
        PublishedPage[] published = ReadPages(ref reader);
        return published.Length + gone.Length == 0 && !whole ? PageDelta.Unchanged : new PageDelta(published, gone) { Whole = whole, Secret = secret };
    }

    private static void Write(WireWriter writer, PublishedPage[] pages)
    {
        writer.Count(pages.Length);
        foreach (PublishedPage page in pages)
        {
            writer.Int(page.Page);
            writer.Int(page.Before);
            writer.Span(page.Tokens.Span);
            Write(writer, page.Root);
        }
    }

    private static PublishedPage[] ReadPages(ref WireReader reader)
    {
        int count = reader.Count(PageBytes);
        PublishedPage[] pages = count == 0 ? [] : new PublishedPage[count];
        for (int i = 0; i < count; i++)
        {
            int page = reader.Natural();
            int before = reader.Int();
            int[] tokens = reader.Array<int>();
            if (before < -1 || tokens.Length != KvLayout.PageTokens)
            {
                WireReader.Refuse($"Page {page} after page {before} has {tokens.Length} tokens; expected {KvLayout.PageTokens}, and no page or one before it.");
            }

            pages[i] = new PublishedPage(page, before, ReadRoot(ref reader), tokens);
        }

        return pages;
    }

    private static void Write(WireWriter writer, in PageRoot root)
    {
        writer.Fixed(root.First);
        writer.Fixed(root.Second);
        writer.Fixed(root.Third);
        writer.Fixed(root.Fourth);
    }

    private static PageRoot ReadRoot(ref WireReader reader) => new(reader.Fixed(), reader.Fixed(), reader.Fixed(), reader.Fixed());
}
