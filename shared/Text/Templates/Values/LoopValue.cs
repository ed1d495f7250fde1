using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;
using OrleansInference.Text.Templates.Syntax;

namespace OrleansInference.Text.Templates.Values;

/// <summary>The <c>loop</c> variable and the iteration behind it.</summary>
internal sealed class LoopValue : Value
{
    private readonly RenderContext _context;
    private readonly LoopCall? _recursion;
    private readonly int _depth;
    private IEnumerator<Value> _items;
    private int? _length;
    private Value? _next;
    private Value? _previous;
    private Value[]? _changed;

    public LoopValue(Value iterable, RenderContext context, LoopCall? recursion, int depth)
    {
        _context = context;
        _recursion = recursion;
        _depth = depth;
        _items = iterable.Iterate(context);
        _length = iterable is UndefinedValue ? null : iterable.Length(context);
    }

    public Value Current { get; private set; } = NoneValue.Instance;

    /// <summary>Rounds begun.</summary>
    public int Rounds { get; private set; }

    public override string TypeName => "jinja2.runtime.LoopContext";

    public override bool IsCallable => true;

    public override bool IsIterable => true;

    public bool MoveNext()
    {
        if (Peek() is not { } item)
        {
            return false;
        }

        _previous = Current;
        Current = item;
        _next = null;
        Rounds++;
        return true;
    }

    public override int? Length(RenderContext context) => _length ??= CountAll();

    public override IEnumerator<Value> Iterate(RenderContext context)
    {
        while (MoveNext())
        {
            yield return TupleValue.Create([Current, this], context);
        }
    }

    public override Value Call(RenderContext context, Arguments arguments)
    {
        if (_recursion is null)
        {
            throw new TemplateFailure("The loop must have the 'recursive' marker to be called recursively.");
        }

        return _recursion(arguments.Single("loop"), _depth + 1);
    }

    public override Value? Attribute(string name, RenderContext context) => name switch
    {
        "index" => IntegerValue.Of(Rounds),
        "index0" => IntegerValue.Of(Rounds - 1),
        "first" => BooleanValue.Of(Rounds == 1),
        "last" => BooleanValue.Of(Peek() is null),
        "length" => IntegerValue.Of(Length(context)!.Value),
        "revindex" => IntegerValue.Of(Length(context)!.Value - Rounds + 1),
        "revindex0" => IntegerValue.Of(Length(context)!.Value - Rounds),
        "previtem" => Rounds == 1 ? new UndefinedValue("there is no previous item") : _previous!,
        "nextitem" => Peek() ?? new UndefinedValue("there is no next item"),
        "depth" => IntegerValue.Of(_depth + 1),
        "depth0" => IntegerValue.Of(_depth),
        "cycle" => new NativeMethod(this, LoopMethods.Cycle),
        "changed" => new NativeMethod(this, LoopMethods.Changed),
        _ => null,
    };

    public bool HasChanged(Value[] values)
    {
        bool changed = _changed is null || _changed.Length != values.Length;
        for (int i = 0; !changed && i < values.Length; i++)
        {
            changed = !Comparison.AreEqual(_changed![i], values[i], _context);
        }

        _changed = values;
        return changed;
    }

    public override void WriteRepresentation(BoundedText text) => text.Append($"<LoopContext {Rounds}/{Length(text.Context)}>");

    private Value? Peek() => _next ??= _items.MoveNext() ? _items.Current : null;

    private int CountAll()
    {
        int ahead = _next is null ? 0 : 1;
        List<Value> rest = [];
        while (_items.MoveNext())
        {
            _context.Allocate(4);
            rest.Add(_items.Current);
        }

        _items = rest.GetEnumerator();
        return Rounds + ahead + rest.Count;
    }
}
