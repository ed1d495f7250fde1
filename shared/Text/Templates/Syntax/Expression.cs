using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>A node that has a value.</summary>
internal abstract class Expression(int line, int height)
{
    public int Line { get; } = line;

    /// <summary>Nodes on the longest way down; the parser bounds it, so that evaluation cannot exhaust the stack.</summary>
    public int Height { get; } = height + 1;

    public abstract Value Evaluate(RenderContext context, Scope scope);

    protected static int Tallest(IEnumerable<Expression?> children) => children.Max(static child => child?.Height) ?? 0;
}

internal sealed class LiteralExpression(int line, Value value) : Expression(line, 0)
{
    public override Value Evaluate(RenderContext context, Scope scope) => value;
}

internal sealed class NameExpression(int line, string name) : Expression(line, 0)
{
    public string Name { get; } = name;

    public override Value Evaluate(RenderContext context, Scope scope)
        => scope.Find(Name) ?? Globals.Find(Name) ?? new UndefinedValue(null, Name);
}

internal sealed class ListExpression(int line, Expression[] items) : Expression(line, Tallest(items))
{
    public override Value Evaluate(RenderContext context, Scope scope) => ListValue.Create(TupleExpression.EvaluateAll(items, context, scope), context);
}

internal sealed class TupleExpression(int line, Expression[] items) : Expression(line, Tallest(items))
{
    public Expression[] Items { get; } = items;

    public override Value Evaluate(RenderContext context, Scope scope) => TupleValue.Create(EvaluateAll(Items, context, scope), context);

    public static Value[] EvaluateAll(Expression[] items, RenderContext context, Scope scope)
    {
        context.Work(items.Length);
        var values = new Value[items.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = items[i].Evaluate(context, scope);
        }

        return values;
    }
}

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
