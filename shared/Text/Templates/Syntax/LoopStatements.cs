using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>A loop over an iterable; each round has a scope of its own.</summary>
internal sealed class ForStatement(int line, AssignmentTarget target, Expression source, Expression? filter, bool recursive, Block body, Block? otherwise)
    : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
        => Run(source.Evaluate(context, scope), context, scope, 0);

    private Flow Run(Value iterable, RenderContext context, Scope scope, int depth)
    {
        Value items = filter is null ? iterable : new IteratorValue(Filter(iterable, context, scope));
        LoopCall? recursion = recursive ? (inner, nested) => Recurse(inner, context, scope, nested) : null;
        var loop = new LoopValue(items, context, recursion, depth);
        while (loop.MoveNext())
        {
            context.Step();
            var round = new Scope(scope);
            round.Set("loop", loop);
            target.Assign(loop.Current, context, round);
            if (body.Execute(context, round) == Flow.Break)
            {
                break;
            }
        }

        return loop.Rounds == 0 && otherwise is not null ? otherwise.Execute(context, new Scope(scope)) : Flow.Next;
    }

    private StringValue Recurse(Value iterable, RenderContext context, Scope scope, int depth)
    {
        context.EnterCall();
        BoundedText outer = context.BeginCapture();
        Run(iterable, context, scope, depth);
        context.LeaveCall();
        return context.EndCapture(outer);
    }

    private IEnumerator<Value> Filter(Value iterable, RenderContext context, Scope scope)
    {
        IEnumerator<Value> items = iterable.Iterate(context);
        while (items.MoveNext())
        {
            context.Step();
            var round = new Scope(scope);
            round.Set("loop", new UndefinedValue("'loop' is undefined: the filter of a loop cannot use it", "loop"));
            target.Assign(items.Current, context, round);
            if (filter!.Evaluate(context, round).IsTrue(context))
            {
                yield return items.Current;
            }
        }
    }
}

/// <summary>Renders the body of a recursive loop over <paramref name="iterable"/>, <paramref name="depth"/> levels deep.</summary>
internal delegate Value LoopCall(Value iterable, int depth);

/// <summary><c>break</c> and <c>continue</c>.</summary>
internal sealed class LoopControlStatement(int line, Flow flow) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope) => flow;
}
