using OrleansInference.Text.Templates.Execution;

namespace OrleansInference.Text.Templates.Values;

/// <summary>Value of the template language, with the behaviour of Python's. Values are immutable except namespaces and iterators.</summary>
internal abstract class Value
{
    /// <summary>The name of the Python type, for messages.</summary>
    public abstract string TypeName { get; }

    /// <summary>Depth of nested values; bounded when a value is built, so that traversal cannot exhaust the stack.</summary>
    public virtual int Depth => 0;

    public virtual bool IsIterable => false;

    public virtual bool IsCallable => false;

    /// <exception cref="TemplateFailure">The value is undefined.</exception>
    public virtual void RequireDefined()
    {
    }

    public virtual bool IsTrue(RenderContext context) => true;

    /// <summary>Writes the result of Python's <c>repr</c>.</summary>
    public abstract void WriteRepresentation(BoundedText text);

    /// <summary>Writes the result of Python's <c>str</c>.</summary>
    public virtual void WriteText(BoundedText text) => WriteRepresentation(text);

    /// <summary>The number of items, or null for a value without a length.</summary>
    public virtual int? Length(RenderContext context) => null;

    public virtual bool Matches(Value other, RenderContext context) => ReferenceEquals(this, other);

    public virtual int Hash(RenderContext context) => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>The attribute of that name, or null.</summary>
    public virtual Value? Attribute(string name, RenderContext context) => null;

    /// <summary>The item of that key, or null if it does not exist or the value does not support such a key.</summary>
    public virtual Value? Item(Value key, RenderContext context) => null;

    public virtual IEnumerator<Value> Iterate(RenderContext context) => throw new TemplateFailure($"'{TypeName}' object is not iterable");

    public virtual Value Call(RenderContext context, Arguments arguments) => throw new TemplateFailure($"'{TypeName}' object is not callable");
}

/// <summary>Keys of dictionaries and sets: equal numbers are one key, whatever their type.</summary>
internal sealed class ValueComparer(RenderContext context) : IEqualityComparer<Value>
{
    public bool Equals(Value? x, Value? y) => ReferenceEquals(x, y) || (x is not null && y is not null && x.Matches(y, context));

    public int GetHashCode(Value obj) => obj.Hash(context);
}
