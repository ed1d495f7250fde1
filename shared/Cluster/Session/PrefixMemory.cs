using System.Runtime.InteropServices;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Session;

/// <summary>The pipeline that was last given each page of recent prompts, and that may still have the page. The least recently used pages are evicted first.</summary>
/// <param name="maxPages">Maximum number of pages.</param>
internal sealed class PrefixMemory(int maxPages)
{
    private readonly Dictionary<PageHash, LinkedListNode<(PageHash Page, int Pipeline)>> _pages = [];
    private readonly LinkedList<(PageHash Page, int Pipeline)> _latest = []; // most recently used first

    /// <summary>Returns the hashes of a prompt's full pages.</summary>
    public static List<PageHash> PagesOf(GenerationRequest request)
    {
        ReadOnlySpan<int> prompt = request.Prompt.Span;
        List<PageHash> pages = new(prompt.Length / KvLayout.PageTokens);
        PageRoot root = PageRoot.Create(string.Empty, string.Empty, MemoryMarshal.AsBytes(request.PageGroup.AsSpan()));
        for (int start = 0; start + KvLayout.PageTokens <= prompt.Length; start += KvLayout.PageTokens)
        {
            ReadOnlySpan<int> tokens = prompt.Slice(start, KvLayout.PageTokens);
            pages.Add(pages.Count == 0 ? PageHash.First(root, tokens) : pages[^1].Next(tokens));
        }

        return pages;
    }

    /// <summary>Returns the pipeline that was last given the longest known prefix of these pages; −1: none.</summary>
    /// <param name="pages">Pages of a prompt.</param>
    /// <param name="matched">Number of pages in that prefix.</param>
    public int Find(List<PageHash> pages, out int matched)
    {
        int pipeline = -1;
        for (matched = 0; matched < pages.Count && _pages.TryGetValue(pages[matched], out var known); matched++)
        {
            pipeline = known.Value.Pipeline;
        }

        return pipeline;
    }

    /// <summary>Records that a pipeline is given these pages.</summary>
    public void Add(List<PageHash> pages, int pipeline)
    {
        // Pages are added from last to first, so that the last pages of a prompt are evicted first.
        for (int i = Math.Min(pages.Count, maxPages) - 1; i >= 0; i--)
        {
            if (_pages.Remove(pages[i], out var known))
            {
                _latest.Remove(known);
            }
            else if (_pages.Count == maxPages)
            {
                _pages.Remove(_latest.Last!.Value.Page);
                _latest.RemoveLast();
            }

            _pages.Add(pages[i], _latest.AddFirst((pages[i], pipeline)));
        }
    }
}
