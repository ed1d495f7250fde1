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
