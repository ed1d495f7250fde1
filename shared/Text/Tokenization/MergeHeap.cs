namespace OrleansInference.Text.Tokenization;

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
