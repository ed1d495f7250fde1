namespace OrleansInference.Serving.Control;

/// <summary>A session as it is stored, in memory: in the parts that a database has. For any thread.</summary>
internal sealed class StoredSession(SessionRecord first)
{
    private readonly Lock _lock = new();
    private readonly SessionRecord _beginning = SessionParts.Beginning(first);
    private readonly SortedDictionary<(int Log, int First), TokenBlock> _blocks = [];
    private SessionState? _state;

    /// <summary>The whole session.</summary>
    public SessionRecord Read()
    {
        lock (_lock)
        {
            return SessionParts.Whole(_beginning, _state, _blocks.Values);
        }
    }

    /// <summary>Takes a version. Of two forms of a block the longer one stays: it has the other's tokens.</summary>
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

            _state = SessionParts.State(record);
        }
    }
}
