using System.Runtime.InteropServices;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Session;

/// <summary>Which pipeline was given prompts that begin in the same way, page by page: that may have the pages still. What was not asked for the longest is forgotten first.</summary>
/// <param name="mostPages">Pages that are remembered.</param>
internal sealed class PrefixMemory(int mostPages)
{
    private readonly Dictionary<PageHash, LinkedListNode<(PageHash Page, int Pipeline)>> _pages = [];
    private readonly LinkedList<(PageHash Page, int Pipeline)> _latest = []; // first: asked for last

    /// <summary>The names of a prompt's full pages.</summary>
    public static List<PageHash> PagesOf(GenerationRequest request)
    {
        ReadOnlySpan<int> prompt = request.Prompt.Span;
        List<PageHash> pages = new(prompt.Length / KvLayout.PageTokens);
        PageRoot root = PageRoot.Create(string.Empty, string.Empty, MemoryMarshal.AsBytes(request.Tenant.AsSpan()));
        for (int start = 0; start + KvLayout.PageTokens <= prompt.Length; start += KvLayout.PageTokens)
        {
            ReadOnlySpan<int> tokens = prompt.Slice(start, KvLayout.PageTokens);
            pages.Add(pages.Count == 0 ? PageHash.First(root, tokens) : pages[^1].Next(tokens));
        }

        return pages;
    }

    /// <summary>The pipeline that was given the longest beginning of these pages last; −1: none.</summary>
    /// <param name="pages">Of a prompt.</param>
    /// <param name="matched">How many of them.</param>
    public int Find(List<PageHash> pages, out int matched)
    {
        int pipeline = -1;
        for (matched = 0; matched < pages.Count && _pages.TryGetValue(pages[matched], out var known); matched++)
        {
            pipeline = known.Value.Pipeline;
        }

        return pipeline;
    }

    /// <summary>Takes note that a pipeline is given these pages.</summary>
    public void Add(List<PageHash> pages, int pipeline)
    {
        // Last to first, so that of one prompt's pages the last ones are forgotten first.
        for (int i = Math.Min(pages.Count, mostPages) - 1; i >= 0; i--)
        {
            if (_pages.Remove(pages[i], out var known))
            {
                _latest.Remove(known);
            }
            else if (_pages.Count == mostPages)
            {
                _pages.Remove(_latest.Last!.Value.Page);
                _latest.RemoveLast();
            }

            _pages.Add(pages[i], _latest.AddFirst((pages[i], pipeline)));
        }
    }
}
