using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Functions;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

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
