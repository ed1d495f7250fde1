using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Execution;

/// <summary>Attributes and items: each falls back to the other, and to an undefined value.</summary>
internal static class Access
{
    public static Value Attribute(Value target, StringValue name, RenderContext context)
    {
        if (target is UndefinedValue undefined)
        {
            throw undefined.Failure();
        }

        return target.Attribute(name.Text, context) ?? target.Item(name, context) ?? new UndefinedValue(target, name);
    }

    public static Value Item(Value target, Value key, RenderContext context)
    {
        if (target is UndefinedValue undefined)
        {
            throw undefined.Failure();
        }

        return target.Item(key, context)
            ?? (key is StringValue name ? target.Attribute(name.Text, context) : null)
            ?? new UndefinedValue(target, key);
    }

    /// <summary>The undefined value for a method that would change its object.</summary>
    public static UndefinedValue Refuse(Value target, string name)
        => new($"access to attribute '{name}' of '{target.TypeName}' object is unsafe.", name);
}
