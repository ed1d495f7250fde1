using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

/// <summary>Collects entries in order; a key set again keeps its place and takes the new value.</summary>
internal sealed class DictionaryBuilder(RenderContext context, int capacity = 4)
{
    private const int LinearCount = 8;
    private readonly List<KeyValuePair<Value, Value>> _entries = new(Math.Min(capacity, 1024));
    private Dictionary<Value, int>? _index;
    private int _depth;

    public void Set(Value key, Value value)
    {
        context.Allocate(8);
        _depth = Math.Max(_depth, Math.Max(key.Depth, value.Depth));
        int at = DictionaryValue.FindEntry(_entries, _index, key, context);
        if (at >= 0)
        {
            _entries[at] = new(_entries[at].Key, value);
            return;
        }

        _entries.Add(new(key, value));
        _index?.Add(key, _entries.Count - 1);
        if (_entries.Count > LinearCount && _index is null)
        {
            _index = new Dictionary<Value, int>(context.Comparer);
            for (int i = 0; i < _entries.Count; i++)
            {
                _index.Add(_entries[i].Key, i);
            }
        }
    }

    public DictionaryValue Build()
    {
        context.CheckDepth(_depth + 1);
        return new DictionaryValue(_entries, _index, _depth + 1);
    }
}
