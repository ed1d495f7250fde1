using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

internal sealed class DictionaryExpression(int line, KeyValuePair<Expression, Expression>[] entries)
    : Expression(line, Math.Max(Tallest(entries.Select(static entry => entry.Key)), Tallest(entries.Select(static entry => entry.Value))))
{
    public override Value Evaluate(RenderContext context, Scope scope)
    {
        context.Work(entries.Length);
        var builder = new DictionaryBuilder(context, entries.Length);
        foreach ((Expression key, Expression value) in entries)
        {
            builder.Set(key.Evaluate(context, scope), value.Evaluate(context, scope));
        }

        return builder.Build();
    }
}
