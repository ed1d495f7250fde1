namespace OrleansInference.Engine.KvCache;

/// <summary>The roots that have sequences or pages.</summary>
/// <param name="pageCount">Pages of the pool.</param>
/// <param name="hostPages">Pages on the host.</param>
internal sealed class RootTable(int pageCount, int hostPages)
{
    private readonly NumberLinks _pages = new(pageCount);
    private readonly NumberLinks _slots = new(hostPages);
    private readonly Dictionary<PageRoot, RootPages> _roots = [];
    private readonly Stack<RootPages> _unused = [];

    /// <summary>Returns the pages of a root. The caller adds a sequence or a page to it.</summary>
    public RootPages Get(in PageRoot root)
    {
        if (!_roots.TryGetValue(root, out RootPages? found))
        {
            found = _unused.Count > 0 ? _unused.Pop() : new RootPages(_pages, _slots);
            found.Root = root;
            found.Limit = int.MaxValue;
            _roots.Add(root, found);
        }

        return found;
    }

    /// <summary>Removes a root, if it has neither sequences nor pages.</summary>
    public void RemoveUnused(RootPages root)
    {
        if (root.Sequences == 0 && root.Count == 0)
        {
            _roots.Remove(root.Root);
            _unused.Push(root);
        }
    }

    /// <summary>Describes the first violated invariant, or null.</summary>
    /// <param name="tree">The contents of pages and slots.</param>
    /// <param name="counts">The pages of the pool.</param>
    /// <param name="host">The slots.</param>
    public string? Check(PrefixTree tree, PageRefCounts counts, HostSlots host)
    {
        foreach (RootPages root in _roots.Values)
        {
            if (root.Count > root.Limit)
                return $"a root keeps {root.Count} pages of at most {root.Limit}";
            if (root.Sequences == 0 && root.Count == 0)
                return "a root has neither sequences nor pages";
        }

        return CheckOrder("cached pages", counts.Cached, page => tree.Root(counts.Entry(page)), static root => root.Cached)
            ?? CheckOrder("host slots", host.UsedSlots, slot => tree.Root(host.Entry(slot)), static root => root.Saved);
    }

    /// <summary>Checks that the lists of the roots together have the numbers of a list in its order.</summary>
    private string? CheckOrder(string name, NumberList all, Func<int, PageRoot> rootOf, Func<RootPages, NumberList> listOf)
    {
        Dictionary<PageRoot, int> next = _roots.ToDictionary(static root => root.Key, root => listOf(root.Value).First);
        for (int number = all.First; number >= 0; number = all.After(number))
        {
            PageRoot root = rootOf(number);
            if (next.GetValueOrDefault(root, -1) != number)
                return $"{name}: {number} is not in the list of its root, or not in order";
            next[root] = listOf(_roots[root]).After(number);
        }

        return next.Values.All(static number => number < 0) ? null : $"{name}: a root lists numbers that are not in use";
    }
}
