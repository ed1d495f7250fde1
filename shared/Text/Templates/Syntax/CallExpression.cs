using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

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
