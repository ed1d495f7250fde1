using System.Diagnostics;
using System.Numerics;
using OrleansInference.Compute;

namespace OrleansInference.Engine.KvCache;

/// <summary>
/// The published pages as a tree of entries. An entry has the tokens of a full page, and its parent is the entry of the page before it. An entry refers to the place of its contents: a
/// device page, a host slot, or both. A hash index over <see cref="PageHash"/> finds entries. A hit requires the same parent (or root) and the same tokens, so by induction the whole
/// prefix is the same even if hashes collide.
/// </summary>
internal sealed class PrefixTree
{
    public const int None = -1;

    private readonly Node[] _nodes;
    private readonly int[] _tokens; // [entries, PageTokens]
    private readonly int[] _buckets;
    private int _free;

    public PrefixTree(int capacity)
    {
        _nodes = new Node[capacity];
        _tokens = new int[capacity * KvLayout.PageTokens];
        _buckets = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, capacity))];
        Array.Fill(_buckets, None);
        for (int entry = 0; entry < capacity; entry++)
            _nodes[entry] = new Node { Chain = entry + 1 < capacity ? entry + 1 : None };
        _free = capacity > 0 ? 0 : None;
    }

    public int Capacity => _nodes.Length;

    public int Count { get; private set; }

    public bool IsAlive(int entry) => _nodes[entry].Alive;

    /// <summary>Returns the entry of the previous page, or <see cref="None"/> for a first page.</summary>
    public int Parent(int entry) => _nodes[entry].Parent;

    public int Children(int entry) => _nodes[entry].Children;

    public PageHash Hash(int entry) => _nodes[entry].Hash;

    public PageRoot Root(int entry) => _nodes[entry].Root;

    public ReadOnlySpan<int> Tokens(int entry) => _tokens.AsSpan(entry * KvLayout.PageTokens, KvLayout.PageTokens);

    /// <summary>Returns the device page that holds the entry, or <see cref="None"/>.</summary>
    public ref int Page(int entry) => ref _nodes[entry].Page;

    /// <summary>Returns the host slot that holds the entry, or <see cref="None"/>.</summary>
    public ref int Slot(int entry) => ref _nodes[entry].Slot;

    public PageHash HashAfter(int parent, in PageRoot root, ReadOnlySpan<int> tokens) =>
        parent == None ? PageHash.First(root, tokens) : _nodes[parent].Hash.Next(tokens);

    /// <summary>Returns the entry of <paramref name="tokens"/> under <paramref name="parent"/>, or <see cref="None"/>.</summary>
    public int Find(int parent, in PageRoot root, PageHash hash, ReadOnlySpan<int> tokens)
    {
        for (int entry = _buckets[Bucket(hash)]; entry != None; entry = _nodes[entry].Chain)
        {
            ref readonly Node node = ref _nodes[entry];
            if (node.Hash == hash && node.Parent == parent && node.Root == root && Tokens(entry).SequenceEqual(tokens))
                return entry;
        }

        return None;
    }

    public int Add(int parent, in PageRoot root, PageHash hash, ReadOnlySpan<int> tokens, int page)
    {
        Debug.Assert(_free != None && Find(parent, root, hash, tokens) == None);
        int entry = _free;
        ref int bucket = ref _buckets[Bucket(hash)];
        _free = _nodes[entry].Chain;
        _nodes[entry] = new Node { Alive = true, Parent = parent, Root = root, Hash = hash, Page = page, Slot = None, Chain = bucket };
        bucket = entry;
        tokens.CopyTo(_tokens.AsSpan(entry * KvLayout.PageTokens));
        if (parent != None)
            _nodes[parent].Children++;
        Count++;
        return entry;
    }

    /// <summary>Removes an entry that has no children.</summary>
    public void Remove(int entry)
    {
        ref Node node = ref _nodes[entry];
        Debug.Assert(node.Alive && node.Children == 0);
        ref int link = ref _buckets[Bucket(node.Hash)];
        while (link != entry)
            link = ref _nodes[link].Chain;
        link = node.Chain;
        if (node.Parent != None)
            _nodes[node.Parent].Children--;
        node.Alive = false;
        node.Chain = _free;
        _free = entry;
        Count--;
    }

    /// <summary>Describes the first violated invariant, or null.</summary>
    public string? Check()
    {
        int[] children = new int[Capacity];
        int alive = 0;
        for (int entry = 0; entry < Capacity; entry++)
        {
            if (!IsAlive(entry))
                continue;
            alive++;
            int parent = Parent(entry);
            if (HashAfter(parent, Root(entry), Tokens(entry)) != Hash(entry))
                return $"entry {entry} does not have the hash of its contents";
            if (Find(parent, Root(entry), Hash(entry), Tokens(entry)) != entry)
                return $"entry {entry} is not found by its hash";
            if (parent == None)
                continue;
            children[parent]++;
            if (!IsAlive(parent))
                return $"entry {entry} continues entry {parent}, which does not exist";
        }

        for (int entry = 0; entry < Capacity; entry++)
        {
            if (IsAlive(entry) && Children(entry) != children[entry])
                return $"entry {entry} counts {Children(entry)} children, but {children[entry]} exist";
        }

        return alive == Count ? null : $"{alive} entries are alive, {Count} are counted";
    }

    private int Bucket(PageHash hash) => (int)(hash.Low & (ulong)(_buckets.Length - 1));

    private struct Node
    {
        public bool Alive;
        public int Parent;
        public int Children;
        public int Page;
        public int Slot;
        public int Chain;
        public PageHash Hash;
        public PageRoot Root;
    }
}
