namespace OrleansInference.Cluster.Protocol;

/// <summary>A session as it is stored, in memory: in the parts that a database has. For any thread.</summary>
internal sealed class StoredSession(SessionRecord first)
{
    private readonly Lock _lock = new();
    private readonly SessionRecord _beginning = SessionParts.Beginning(first);
    private readonly SortedDictionary<(int Log, int First), TokenBlock> _blocks = [];
    private SessionState? _state;
    private SessionVersion _version;

    /// <summary>The whole session.</summary>
    public SessionRecord Read()
    {
        lock (_lock)
        {
            return SessionParts.Whole(_beginning, _state, _blocks.Values);
        }
    }

    /// <summary>Takes a version, which may come late, after younger ones. Of two forms of a block the longer one stays: it has the other's tokens.</summary>
    public void Write(SessionRecord record)
    {
        lock (_lock)
        {
            foreach (TokenBlock block in SessionParts.Blocks(record))
            {
                if (!_blocks.TryGetValue((block.Log, block.First), out TokenBlock? before) || before.Tokens.Tokens.Length < block.Tokens.Tokens.Length)
                {
                    _blocks[(block.Log, block.First)] = block;
                }
            }

            SessionVersion version = new(record);
            if (_state is null || version.Replaces(_version))
            {
                _state = SessionParts.State(record);
                _version = version;
            }
        }
    }
}
