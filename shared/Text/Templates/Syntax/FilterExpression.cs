using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;


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
