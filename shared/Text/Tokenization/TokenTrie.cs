using System.Buffers;

namespace OrleansInference.Text.Tokenization;

/// <summary>Finds the leftmost, and there the longest, of a set of strings.</summary>
internal sealed class TokenTrie
{
    private readonly Dictionary<(int Node, char Next), int> _edges = [];
    private readonly List<int> _idOfNode = [-1];
    private readonly HashSet<char> _firstCharacters = [];
    private SearchValues<char> _first = SearchValues.Create("");

    public bool IsEmpty => _firstCharacters.Count == 0;

    /// <summary>Adds a string that is not empty; the first of several with one content is kept.</summary>
    public void Add(string content, int id)
    {
        int node = 0;
        foreach (char c in content)
        {
            if (!_edges.TryGetValue((node, c), out int next))
            {
                next = _idOfNode.Count;
                _idOfNode.Add(-1);
                _edges[(node, c)] = next;
            }
            node = next;
        }
        if (_idOfNode[node] < 0)
            _idOfNode[node] = id;
        if (_firstCharacters.Add(content[0]))
            _first = SearchValues.Create([.. _firstCharacters]);
    }

    /// <summary>Finds the next occurrence at <paramref name="from"/> or later; returns its id, or -1 if there is none.</summary>
    public int Find(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        for (start = from; start < text.Length; start++)
        {
            int offset = text[start..].IndexOfAny(_first);
            if (offset < 0)
                break;
            start += offset;
            int id = LongestAt(text, start, out end);
            if (id >= 0)
                return id;
        }
        start = end = text.Length;
        return -1;
    }

    private int LongestAt(ReadOnlySpan<char> text, int start, out int end)
    {
        int node = 0, id = -1;
        end = start;
        for (int i = start; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
        {
            if (_idOfNode[node] < 0)
                continue;
            id = _idOfNode[node];
            end = i + 1;
        }
        return id;
    }
}
