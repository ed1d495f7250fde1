using System.Collections.Frozen;
using OrleansInference.Text.Templates.Functions;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Execution;

/// <summary>The functions that every template can call.</summary>
internal static class Globals
{
    private static readonly FrozenDictionary<string, Value> Known = Functions().ToFrozenDictionary(
        static function => function.Name, static Value (function) => new GlobalFunction(function), StringComparer.Ordinal);

    public static Value? Find(string name) => Known.GetValueOrDefault(name);

    private static NativeFunction[] Functions() =>
    [
        new("range", "start stop? step?", static (context, a) => Range(a, context)),
        new("raise_exception", "message", static (context, a) => throw new TemplateFailure(context.Text(a[0]), raised: true)),
        new("strftime_now", "format", static (context, a) =>
            StringValue.Create(TimeFormatter.Format(context.Text(a[0]), context.Clock.GetLocalNow(), context), context)),
        NativeFunction.WithRest("dict", static (context, _, arguments) => MakeDictionary(arguments, context)),
        NativeFunction.WithRest("namespace", static (context, _, arguments) => MakeNamespace(arguments, context)),
        NativeFunction.WithRest("cycler", static (_, _, arguments) => arguments.Positional.Length > 0
            ? new CyclerValue(arguments.Positional)
            : throw new TemplateFailure("at least one item has to be provided")),
        new("joiner", "sep?", static (_, a) => new JoinerValue(a[0] ?? new StringValue(", "))),
    ];

    private static RangeValue Range(Value[] a, RenderContext context)
    {
        BigInteger start = a[1] is null ? 0 : Whole(a[0]);
        BigInteger stop = a[1] is null ? Whole(a[0]) : Whole(a[1]);
        BigInteger step = a[2] is null ? 1 : Whole(a[2]);
        if (step.IsZero)
        {
            throw new TemplateFailure("range() arg 3 must not be zero");
        }

        BigInteger count = step.Sign > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step;
        count = BigInteger.Max(count, 0);
        if (count > context.Limits.MaxRange)
        {
            throw new TemplateFailure($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({context.Limits.MaxRange}).");
        }

        if (BigInteger.Max(BigInteger.Abs(start), BigInteger.Max(BigInteger.Abs(stop), BigInteger.Abs(step))) > 1L << 40)
        {
            throw new TemplateFailure("range() takes numbers of up to 40 bits");
        }

        return new RangeValue((long)start, (long)stop, (long)step, (int)count);
    }

    private static BigInteger Whole(Value value) => Numbers.TryGetInteger(value, out BigInteger number)
        ? number
        : throw (value as UndefinedValue)?.Failure() ?? new TemplateFailure($"'{value.TypeName}' object cannot be interpreted as an integer");

    private static DictionaryValue MakeDictionary(Arguments arguments, RenderContext context)
    {
        var builder = new DictionaryBuilder(context);
        foreach (Value source in arguments.Positional.Take(1))
        {
            if (source is DictionaryValue dictionary)
            {
                foreach ((Value key, Value value) in dictionary.Entries)
                {
                    builder.Set(key, value);
                }

                continue;
            }

            foreach (Value pair in context.ToList(source))
            {
                List<Value> parts = context.ToList(pair);
                builder.Set(parts.Count == 2 ? parts[0] : throw new TemplateFailure("dictionary update sequence elements must be pairs"), parts[1]);
            }
        }

        foreach ((string name, Value value) in arguments.Named)
        {
            builder.Set(StringValue.Create(name, context), value);
        }

        return arguments.Positional.Length > 1
            ? throw new TemplateFailure($"dict expected at most 1 argument, got {arguments.Positional.Length}")
            : builder.Build();
    }

    private static NamespaceValue MakeNamespace(Arguments arguments, RenderContext context)
    {
        var result = new NamespaceValue();
        foreach ((Value key, Value value) in MakeDictionary(arguments, context).Entries)
        {
            result.Set(context.Text(key), value, context);
        }

        return result;
    }
}
