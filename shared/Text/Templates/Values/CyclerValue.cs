using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;

namespace OrleansInference.Text.Templates.Values;

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
