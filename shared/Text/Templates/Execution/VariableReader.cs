using System.Text.Json.Nodes;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Execution;

/// <summary>Converts a rendering's JSON variables to values. Numbers without fraction or exponent become integers.</summary>
internal static class VariableReader
{
    public static Scope Read(JsonObject variables, RenderContext context)
    {
        Scope scope = Scope.CreateRoot();
        foreach ((string name, JsonNode? node) in Entries(variables))
        {
            scope.Set(name, Convert(node, context, 1));
        }

        return scope;
    }

    private static Value Convert(JsonNode? node, RenderContext context, int depth)
    {
        context.CheckDepth(depth);
        switch (node)
        {
            case null:
                return NoneValue.Instance;
            case JsonArray array:
                var items = new Value[array.Count];
                for (int i = 0; i < items.Length; i++)
                {
                    items[i] = Convert(array[i], context, depth + 1);
                }

                return ListValue.Create(items, context);
            case JsonObject entries:
                var builder = new DictionaryBuilder(context);
                foreach ((string name, JsonNode? value) in Entries(entries))
                {
                    builder.Set(StringValue.Create(name, context), Convert(value, context, depth + 1));
                }

                return builder.Build();
            default:
                return ConvertScalar(node, context);
        }
    }

    private static Value ConvertScalar(JsonNode node, RenderContext context) => node.GetValueKind() switch
    {
        JsonValueKind.True => BooleanValue.True,
        JsonValueKind.False => BooleanValue.False,
        JsonValueKind.String => StringValue.Create(node.GetValue<string>(), context),
        JsonValueKind.Number => ConvertNumber(node),
        _ => NoneValue.Instance,
    };

    private static Value ConvertNumber(JsonNode node)
    {
        if (node is JsonValue value && (value.TryGetValue(out double real) && !value.TryGetValue(out JsonElement _)))
        {
            return new FloatValue(real);
        }

        string text = node.ToJsonString();
        if (text.Length > 4300)
        {
            throw new TemplateFailure($"a number of {text.Length} digits exceeds the limit of 4300.");
        }

        return text.AsSpan().ContainsAny('.', 'e', 'E')
            ? new FloatValue(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture))
            : IntegerValue.Of(BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    // A JsonObject detects repeated names only on its first read.
    private static JsonObject Entries(JsonObject entries)
    {
        try
        {
            _ = entries.Count;
        }
        catch (ArgumentException)
        {
            throw new TemplateFailure("an object among the variables has the same name twice.");
        }

        return entries;
    }
}
