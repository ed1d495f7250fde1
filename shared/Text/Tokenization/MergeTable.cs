namespace OrleansInference.Text.Tokenization;

/// <summary>The merged token and the rank of each pair of neighbouring tokens: a flat hash table.</summary>
internal sealed class MergeTable
{
    private const ulong Free = ulong.MaxValue;

    // Pairs come from a file: a private seed prevents a hostile file from making them collide.
    private readonly ulong _seed = (ulong)Random.Shared.NextInt64() | 1;
    private readonly ulong[] _pairs;
    private readonly int[] _ranks;
    private readonly int[] _merged;

    public MergeTable(int count)
    {
        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * count));
        _pairs = new ulong[capacity];
        Array.Fill(_pairs, Free);
        _ranks = new int[capacity];
        _merged = new int[capacity];
    }

    /// <summary>Adds a merge; the last of several for one pair is kept.</summary>
    public void Add(int left, int right, int rank, int merged)
    {
        int slot = Slot(left, right, out ulong pair);
        _pairs[slot] = pair;
        _ranks[slot] = rank;
        _merged[slot] = merged;
    }

    public bool TryFind(int left, int right, out int rank, out int merged)
    {
        int slot = Slot(left, right, out ulong pair);
        rank = _ranks[slot];
        merged = _merged[slot];
        return _pairs[slot] == pair;
    }

    private int Slot(int left, int right, out ulong pair)
    {
        pair = (ulong)(uint)left << 32 | (uint)right;
        ulong hash = (pair ^ _seed) * 0x9E3779B97F4A7C15;
        hash = (hash ^ hash >> 32) * (_seed | 0x5851F42D4C957F2D);
        int mask = _pairs.Length - 1;
        int slot = (int)(hash >> 33) & mask;
        while (_pairs[slot] != pair && _pairs[slot] != Free)
            slot = (slot + 1) & mask;
        return slot;
    }
}

/// <summary>A binary heap of candidate merges: lowest rank first, leftmost position among equals.</summary>
internal sealed class MergeHeap(int capacity)
{
    private (ulong Key, int Merged)[] _items = new (ulong, int)[Math.Max(4, capacity)];
    private int _count;

    public void Push(int rank, int position, int merged)
    {
        if (_count == _items.Length)
            Array.Resize(ref _items, 2 * _count);
        ulong key = (ulong)(uint)rank << 32 | (uint)position;
        int slot = _count++;
        while (slot > 0)
        {
            int parent = (slot - 1) / 2;
            if (_items[parent].Key <= key)
                break;
            _items[slot] = _items[parent];
            slot = parent;
        }
        _items[slot] = (key, merged);
    }

    public bool TryPop(out int position, out int merged)
    {
        position = merged = 0;
        if (_count == 0)
            return false;
        position = (int)(uint)_items[0].Key;
        merged = _items[0].Merged;
        (ulong Key, int Merged) last = _items[--_count];
        int slot = 0;
        while (true)
        {
            int child = 2 * slot + 1;
            if (child >= _count)
                break;
            if (child + 1 < _count && _items[child + 1].Key < _items[child].Key)
                child++;
            if (_items[child].Key >= last.Key)
                break;
            _items[slot] = _items[child];
            slot = child;
        }
        _items[slot] = last;
        return true;
    }
}
