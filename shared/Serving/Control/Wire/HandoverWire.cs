using OrleansInference.Compute;
using OrleansInference.Serving.Pages;

namespace OrleansInference.Serving.Control;

/// <summary>What one router leaves to the next.</summary>
internal static class HandoverWire
{
    private const int PageBytes = 3 + (KvLayout.PageTokens * sizeof(int));

    public static void Write(WireWriter writer, RouterHandover handover)
    {
        PlanWire.Write(writer, handover.Plan);
        writer.Long(handover.LastStep);
        writer.Span<byte>(handover.Secret);
        writer.Count(handover.Pages.Length);
        foreach (PublishedPage page in handover.Pages)
        {
            writer.Int(page.Page);
            writer.Int(page.Before);
            writer.Span(page.Tokens.Span);
            if (page.Before < 0)
            {
                Write(writer, page.Root);
            }
        }
    }

    public static RouterHandover Read(ref WireReader reader)
    {
        PipelinePlan plan = PlanWire.ReadPlan(ref reader);
        long lastStep = reader.Long();
        byte[] secret = reader.Array<byte>();
        PublishedPage[] pages = new PublishedPage[reader.Count(PageBytes)];
        HashSet<int> known = new(pages.Length);
        for (int i = 0; i < pages.Length; i++)
        {
            int page = reader.Natural();
            int before = reader.Int();
            int[] tokens = reader.Array<int>();
            if (!known.Add(page) || before < -1 || before >= i || tokens.Length != KvLayout.PageTokens)
            {
                WireReader.Refuse(
                    $"Page {page} of {tokens.Length} tokens after the {before + 1}. of {i} pages is handed over; expected each page once, after the one it continues, with {KvLayout.PageTokens} tokens.");
            }

            pages[i] = new PublishedPage(page, before, before < 0 ? ReadRoot(ref reader) : pages[before].Root, tokens);
        }

        return new RouterHandover(plan, lastStep, pages) { Secret = secret };
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
