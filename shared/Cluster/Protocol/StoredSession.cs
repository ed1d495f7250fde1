namespace OrleansInference.Cluster.Protocol;

/// <summary>Session stored in memory, in the same parts as in a database. Thread-safe.</summary>
public sealed class StoredSession(SessionRecord first)
{
    private readonly Lock _lock = new();
    private readonly SessionRecord _beginning = SessionParts.Beginning(first);
    private readonly SortedDictionary<(int Log, int First), TokenBlock> _blocks = [];
    private SessionState? _state;
    private SessionVersion _version;

    /// <summary>Returns the whole session.</summary>
    public SessionRecord Read()
    {
        lock (_lock)
        {
            return SessionParts.Whole(_beginning, _state, _blocks.Values);
        }
    }

    /// <summary>Writes a version, which may arrive after later ones. Of two forms of a block the longer one is kept: it contains the other's tokens.</summary>
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
