using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>Attribute argument such as <c>'function.name'</c> or <c>0</c>: keys to follow in order.</summary>
internal sealed class AttributePath(Value[] keys)
{
    public static AttributePath Parse(Value? attribute)
    {
        if (attribute is null or NoneValue)
        {
            return new AttributePath([]);
        }

        return new AttributePath(attribute is StringValue text ? [.. text.Text.Split('.').Select(Key)] : [attribute]);
    }

    /// <summary>Parses the paths of a comma-separated list.</summary>
    public static AttributePath[] ParseMany(Value? attribute)
        => attribute is StringValue text ? [.. text.Text.Split(',').Select(static part => Parse(new StringValue(part)))] : [Parse(attribute)];

    public Value Follow(Value value, RenderContext context, Value? fallback = null)
    {
        foreach (Value key in keys)
        {
            context.Step();
            value = Access.Item(value, key, context);
            value = value is UndefinedValue && fallback is not null and not NoneValue ? fallback : value;
        }

        return value;
    }

    /// <summary>Returns the value as a sort key: strings are compared without case unless case sensitivity is requested.</summary>
    public static Value Fold(Value value, bool caseSensitive, RenderContext context)
        => !caseSensitive && value is StringValue text ? StringValue.Create(CaseMapping.Lower(text.Text, context), context) : value;

    private static Value Key(string part) => part.Length > 0 && part.All(char.IsAsciiDigit) && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
        ? IntegerValue.Of(index)
        : new StringValue(part);
}
