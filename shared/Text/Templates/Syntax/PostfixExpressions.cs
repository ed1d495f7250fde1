using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary><c>value.name</c>: the attribute, else the item of that name.</summary>
internal sealed class AttributeExpression(int line, Expression target, string name) : Expression(line, target.Height)
{
    private readonly StringValue _key = new(name);

    public override Value Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        return Access.Attribute(target.Evaluate(context, scope), _key, context);
    }
}

/// <summary><c>value[key]</c>: the item, else the attribute of that name.</summary>
internal sealed class ItemExpression(int line, Expression target, Expression key) : Expression(line, Math.Max(target.Height, key.Height))
{
    public override Value Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        return Access.Item(target.Evaluate(context, scope), key.Evaluate(context, scope), context);
    }
}

/// <summary><c>value[start:stop:step]</c>.</summary>
internal sealed class SliceExpression(int line, Expression target, Expression? start, Expression? stop, Expression? step)
    : Expression(line, Tallest([target, start, stop, step]))
{
    public override Value Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        return Slicing.Slice(
            target.Evaluate(context, scope),
            start?.Evaluate(context, scope),
            stop?.Evaluate(context, scope),
            step?.Evaluate(context, scope),
            context);
    }
}

internal sealed class CallExpression(int line, Expression target, ArgumentList arguments) : Expression(line, Math.Max(target.Height, arguments.Height))
{
    public override Value Evaluate(RenderContext context, Scope scope) => Call(context, scope, null);

    public Value Call(RenderContext context, Scope scope, Value? caller)
    {
        context.Step();
        Value function = target.Evaluate(context, scope);
        return function.Call(context, arguments.Evaluate(context, scope, caller));
    }
}

/// <summary><c>value | filter(arguments)</c>; without a value, the text of the block that it filters.</summary>
internal sealed class FilterExpression(int line, Expression? target, string name, ArgumentList arguments)
    : Expression(line, Math.Max(target?.Height ?? 0, arguments.Height))
{
    private readonly NativeFunction? _filter = FilterTable.Find(name);

    public override Value Evaluate(RenderContext context, Scope scope) => Apply(context, scope, null);

    /// <summary>Applies this filter, after those it is written behind, to <paramref name="block"/>.</summary>
    public Value Apply(RenderContext context, Scope scope, Value? block)
    {
        context.Step();
        Value value = target switch
        {
            null => block!,
            FilterExpression inner => inner.Apply(context, scope, block),
            _ => target.Evaluate(context, scope),
        };
        return (_filter ?? throw new TemplateFailure($"No filter named '{name}'.", Line)).Invoke(context, value, arguments.Evaluate(context, scope));
    }
}

/// <summary><c>value is test(arguments)</c>, <c>value is not test</c>.</summary>
internal sealed class TestExpression(int line, Expression target, string name, ArgumentList arguments, bool negated)
    : Expression(line, Math.Max(target.Height, arguments.Height))
{
    private readonly NativeFunction? _test = TestTable.Find(name);

    public override Value Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        Value value = target.Evaluate(context, scope);
        NativeFunction test = _test ?? throw new TemplateFailure($"No test named '{name}'.", Line);
        Value result = test.Invoke(context, value, arguments.Evaluate(context, scope));
        return negated ? BooleanValue.Of(!result.IsTrue(context)) : result;
    }
}
