using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>The arguments of a call as written.</summary>
internal sealed class ArgumentList(Expression[] positional, KeyValuePair<string, Expression>[] named, Expression? rest, Expression? namedRest)
{
    public static ArgumentList Empty { get; } = new([], [], null, null);

    public int Height { get; } = positional.Concat(named.Select(static pair => pair.Value)).Append(rest).Append(namedRest).Max(static e => e?.Height) ?? 0;

    public Arguments Evaluate(RenderContext context, Scope scope, Value? caller = null)
    {
        if (this == Empty && caller is null)
        {
            return Arguments.Empty;
        }

        context.Work(positional.Length + named.Length);
        Value[] values = positional.Length == 0 ? [] : TupleExpression.EvaluateAll(positional, context, scope);
        List<KeyValuePair<string, Value>> pairs = [];
        foreach ((string name, Expression value) in named)
        {
            pairs.Add(new(name, value.Evaluate(context, scope)));
        }

        if (caller is not null)
        {
            pairs.Add(new("caller", caller));
        }

        if (rest is not null)
        {
            values = [.. values, .. context.ToList(rest.Evaluate(context, scope))];
        }

        if (namedRest is not null)
        {
            AddNamed(namedRest.Evaluate(context, scope), pairs);
        }

        return new Arguments(values, pairs);
    }

    private static void AddNamed(Value value, List<KeyValuePair<string, Value>> pairs)
    {
        if (value is not DictionaryValue dictionary)
        {
            throw new TemplateFailure($"argument after ** must be a mapping, not {value.TypeName}");
        }

        var seen = pairs.Select(static pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        foreach ((Value key, Value item) in dictionary.Entries)
        {
            if (key is not StringValue name)
            {
                throw new TemplateFailure("keywords must be strings");
            }

            if (!seen.Add(name.Text))
            {
                throw new TemplateFailure($"got multiple values for keyword argument '{name.Text}'");
            }

            pairs.Add(new(name.Text, item));
        }
    }
}
