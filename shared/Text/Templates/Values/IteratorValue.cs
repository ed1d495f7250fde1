using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

/// <summary>A generator: its items can be taken once.</summary>
internal sealed class IteratorValue(IEnumerator<Value> items) : Value
{
    public override string TypeName => "generator";

    public override bool IsIterable => true;

    public override IEnumerator<Value> Iterate(RenderContext context)
    {
        while (true)
        {
            RenderContext.GuardStack();
            if (!items.MoveNext())
            {
                yield break;
            }

            yield return items.Current;
        }
    }

    public override void WriteRepresentation(BoundedText text) => text.Append("<generator object>");
}
