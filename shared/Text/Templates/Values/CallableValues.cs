using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;

namespace OrleansInference.Text.Templates.Values;

/// <summary>A function that every template can call.</summary>
internal sealed class GlobalFunction(NativeFunction function) : Value
{
    public override string TypeName => "function";

    public override bool IsCallable => true;

    public override Value Call(RenderContext context, Arguments arguments) => function.Invoke(context, null, arguments);

    public override void WriteRepresentation(BoundedText text) => text.Append($"<function {function.Name}>");
}

/// <summary>A method of a value, taken from it and ready to be called.</summary>
internal sealed class NativeMethod(Value self, NativeFunction function) : Value
{
    public override string TypeName => "builtin_function_or_method";

    public override bool IsCallable => true;

    public override Value Call(RenderContext context, Arguments arguments) => function.Invoke(context, self, arguments);

    public override void WriteRepresentation(BoundedText text) => text.Append($"<built-in method {function.Name} of {self.TypeName} object>");
}

/// <summary>The result of <c>joiner(…)</c>: empty on the first call, the separator on each later one.</summary>
internal sealed class JoinerValue(Value separator) : Value
{
    private bool _used;

    public override string TypeName => "jinja2.utils.Joiner";

    public override bool IsCallable => true;

    public override Value Call(RenderContext context, Arguments arguments)
    {
        Value result = _used ? separator : StringValue.Empty;
        _used = true;
        return result;
    }

    public override void WriteRepresentation(BoundedText text) => text.Append("<Joiner>");
}

/// <summary>The result of <c>cycler(…)</c>.</summary>
internal sealed class CyclerValue(Value[] items) : Value
{
    private static readonly NativeFunction Next = new("next", "", static (_, a) => ((CyclerValue)a[0]).Advance(), takesSelf: true);
    private static readonly NativeFunction Reset = new("reset", "", static (_, a) => ((CyclerValue)a[0]).Restart(), takesSelf: true);
    private int _position;

    public override string TypeName => "jinja2.utils.Cycler";

    public override Value? Attribute(string name, RenderContext context) => name switch
    {
        "next" => new NativeMethod(this, Next),
        "reset" => new NativeMethod(this, Reset),
        "current" => items[_position],
        "pos" => IntegerValue.Of(_position),
        _ => null,
    };

    public override void WriteRepresentation(BoundedText text) => text.Append("<Cycler>");

    private Value Advance()
    {
        Value current = items[_position];
        _position = (_position + 1) % items.Length;
        return current;
    }

    private NoneValue Restart()
    {
        _position = 0;
        return NoneValue.Instance;
    }
}
