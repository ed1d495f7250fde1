using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

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
