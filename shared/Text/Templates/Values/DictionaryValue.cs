using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;

namespace OrleansInference.Text.Templates.Values;

/// <summary>A dictionary in insertion order.</summary>
internal sealed class DictionaryValue(List<KeyValuePair<Value, Value>> entries, Dictionary<Value, int>? index, int depth) : Value
{
    public IReadOnlyList<KeyValuePair<Value, Value>> Entries => entries;

    public override string TypeName => "dict";

    public override int Depth => depth;

    public override bool IsIterable => true;

    public override bool IsTrue(RenderContext context) => entries.Count > 0;

    public override int? Length(RenderContext context) => entries.Count;

    public override int Hash(RenderContext context) => throw new TemplateFailure("unhashable type: 'dict'");

    public override Value? Attribute(string name, RenderContext context) => DictionaryMethods.Find(this, name);

    public override Value? Item(Value key, RenderContext context)
    {
        if (key is ListValue or DictionaryValue)
        {
            return null;
        }

        return Find(key, context);
    }

    /// <summary>The value under a key, or null; an unhashable key is an error.</summary>
    public Value? Find(Value key, RenderContext context)
    {
        int at = FindEntry(entries, index, key, context);
        return at < 0 ? null : entries[at].Value;
    }

    public static int FindEntry(List<KeyValuePair<Value, Value>> entries, Dictionary<Value, int>? index, Value key, RenderContext context)
    {
        if (index is not null)
        {
            return index.TryGetValue(key, out int found) ? found : -1;
        }

        if (key is not StringValue)
        {
            _ = key.Hash(context);
        }

        for (int i = 0; i < entries.Count; i++)
        {
            if (Comparison.AreEqual(entries[i].Key, key, context))
            {
                return i;
            }
        }

        return -1;
    }

    public override IEnumerator<Value> Iterate(RenderContext context)
    {
        foreach (KeyValuePair<Value, Value> entry in entries)
        {
            yield return entry.Key;
        }
    }

    public override bool Matches(Value other, RenderContext context)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is not DictionaryValue that || that.Entries.Count != entries.Count)
        {
            return false;
        }

        foreach ((Value key, Value value) in entries)
        {
            context.Step();
            if (that.Find(key, context) is not { } found || !Comparison.AreEqual(value, found, context))
            {
                return false;
            }
        }

        return true;
    }

    public override void WriteRepresentation(BoundedText text)
    {
        text.Append('{');
        for (int i = 0; i < entries.Count; i++)
        {
            if (i > 0)
            {
                text.Append(", ");
            }

            entries[i].Key.WriteRepresentation(text);
            text.Append(": ");
            entries[i].Value.WriteRepresentation(text);
        }

        text.Append('}');
    }
}

/// <summary>The result of <c>keys()</c>, <c>values()</c> and <c>items()</c>.</summary>
internal sealed class DictionaryView(DictionaryValue dictionary, string kind) : Value
{
    public override string TypeName => "dict_" + kind;

    public override int Depth => dictionary.Depth + 1;

    public override bool IsIterable => true;

    public override bool IsTrue(RenderContext context) => dictionary.Entries.Count > 0;

    public override int? Length(RenderContext context) => dictionary.Entries.Count;

    public override IEnumerator<Value> Iterate(RenderContext context)
    {
        foreach ((Value key, Value value) in dictionary.Entries)
        {
            yield return kind switch
            {
                "keys" => key,
                "values" => value,
                _ => TupleValue.Create([key, value], context),
            };
        }
    }

    public override void WriteRepresentation(BoundedText text)
    {
        text.Append(TypeName + "(");
        ListValue.Create(text.Context.ToList(this), text.Context).WriteRepresentation(text);
        text.Append(')');
    }
}

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
