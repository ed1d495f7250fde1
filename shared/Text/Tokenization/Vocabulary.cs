namespace OrleansInference.Text.Tokenization;

/// <summary>The model's tokens by id and by content, kept in one pool of characters and one hash table.</summary>
internal sealed class Vocabulary
{
    public const int MaxId = (1 << 24) - 1;

    private char[] _pool = new char[1 << 16];
    private int _poolLength;
    private Entry[] _entries; // in the order of the file
    private int[] _buckets; // index of an entry plus one, linear probing
    private int[] _entryOfId = []; // [MaximumId + 1]: index of an entry plus one

    public Vocabulary(int expectedCount)
    {
        _entries = new Entry[Math.Max(16, expectedCount)];
        _buckets = new int[BucketCount(_entries.Length)];
    }

    public int Count { get; private set; }

    public int MaximumId { get; private set; } = -1;

    /// <summary>Adds a token; the last of several entries with one content is kept.</summary>
    public void Add(ReadOnlySpan<char> content, int id)
    {
        int bucket = FindBucket(content, out bool exists);
        MaximumId = Math.Max(MaximumId, id);
        if (exists)
        {
            _entries[_buckets[bucket] - 1].Id = id;
            return;
        }
        if (Count == _entries.Length)
        {
            Grow();
            bucket = FindBucket(content, out _);
        }
        if (_poolLength + content.Length > _pool.Length)
            Array.Resize(ref _pool, Math.Max(2 * _pool.Length, _poolLength + content.Length));
        content.CopyTo(_pool.AsSpan(_poolLength));
        _entries[Count] = new Entry { Start = _poolLength, Length = content.Length, Hash = string.GetHashCode(content), Id = id };
        _poolLength += content.Length;
        _buckets[bucket] = ++Count;
    }

    /// <summary>Ends the filling: afterwards tokens can also be found by id.</summary>
    public void Complete()
    {
        _entryOfId = new int[MaximumId + 1];
        for (int i = 0; i < Count; i++)
            _entryOfId[_entries[i].Id] = i + 1;
    }

    /// <summary>The id of a token, or -1.</summary>
    public int Find(ReadOnlySpan<char> content)
    {
        int bucket = FindBucket(content, out bool exists);
        return exists ? _entries[_buckets[bucket] - 1].Id : -1;
    }

    public bool TryGetText(int id, out ReadOnlySpan<char> text)
    {
        int index = (uint)id < (uint)_entryOfId.Length ? _entryOfId[id] - 1 : -1;
        text = index < 0 ? default : _pool.AsSpan(_entries[index].Start, _entries[index].Length);
        return index >= 0;
    }

    private int FindBucket(ReadOnlySpan<char> content, out bool exists)
    {
        int hash = string.GetHashCode(content);
        int mask = _buckets.Length - 1;
        int bucket = hash & mask;
        while (_buckets[bucket] != 0)
        {
            ref Entry entry = ref _entries[_buckets[bucket] - 1];
            if (entry.Hash == hash && content.SequenceEqual(_pool.AsSpan(entry.Start, entry.Length)))
            {
                exists = true;
                return bucket;
            }
            bucket = (bucket + 1) & mask;
        }
        exists = false;
        return bucket;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, 2 * _entries.Length);
        _buckets = new int[BucketCount(_entries.Length)];
        for (int i = 0; i < Count; i++)
        {
            int bucket = _entries[i].Hash & (_buckets.Length - 1);
            while (_buckets[bucket] != 0)
                bucket = (bucket + 1) & (_buckets.Length - 1);
            _buckets[bucket] = i + 1;
        }
    }

    private static int BucketCount(int entries) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(2 * entries));

    private struct Entry
    {
        public int Start;
        public int Length;
        public int Hash;
        public int Id;
    }
}
