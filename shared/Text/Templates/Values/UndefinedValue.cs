using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

/// <summary>Value of a missing name, attribute or item. It prints as nothing and fails in most operations.</summary>
internal sealed class UndefinedValue : Value
{
    private readonly string? _hint;
    private readonly Value? _owner;
    private readonly Value? _key;
    private readonly string? _name;

    public UndefinedValue(string? hint, string? name = null)
    {
        _hint = hint;
        _name = name;
    }

    public UndefinedValue(Value owner, Value key)
    {
        _owner = owner;
        _key = key;
    }

    public override string TypeName => "Undefined";

    public override bool IsIterable => true;

    public override bool IsTrue(RenderContext context) => false;

    public override int? Length(RenderContext context) => 0;

    public override bool Matches(Value other, RenderContext context) => other is UndefinedValue;

    public override int Hash(RenderContext context) => 0;

    public override IEnumerator<Value> Iterate(RenderContext context) => Enumerable.Empty<Value>().GetEnumerator();

    public override Value Call(RenderContext context, Arguments arguments) => throw Failure();

    public override void WriteRepresentation(BoundedText text) => text.Append("Undefined");

    public override void WriteText(BoundedText text)
    {
    }

    public override void RequireDefined() => throw Failure();

    public TemplateFailure Failure()
    {
        if (_hint is not null)
        {
            return new TemplateFailure(_hint);
        }

        if (_owner is null)
        {
            return new TemplateFailure($"'{_name}' is undefined");
        }

        string owner = _owner is NoneValue ? "None" : _owner.TypeName + " object";
        return new TemplateFailure(_key switch
        {
            StringValue key => $"'{owner}' has no attribute '{(key.Text.Length > 100 ? key.Text[..100] : key.Text)}'",
            IntegerValue { Number: var index } when index.GetBitLength() < 64 => $"{owner} has no element {index}",
            _ => $"{owner} has no element of type {_key!.TypeName}",
        });
    }
}
