using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>The target of an assignment.</summary>
internal abstract class AssignmentTarget
{
    public abstract void Assign(Value value, RenderContext context, Scope scope);
}

internal sealed class NameTarget(string name) : AssignmentTarget
{
    public string Name { get; } = name;

    public override void Assign(Value value, RenderContext context, Scope scope) => scope.Set(Name, value);
}

/// <summary><c>a, b</c>: the items of an iterable, exactly as many.</summary>
internal sealed class TupleTarget(AssignmentTarget[] targets) : AssignmentTarget
{
    public override void Assign(Value value, RenderContext context, Scope scope)
    {
        if (!value.IsIterable)
        {
            throw new TemplateFailure($"cannot unpack non-iterable {value.TypeName} object");
        }

        var values = new List<Value>(targets.Length);
        IEnumerator<Value> items = value.Iterate(context);
        while (values.Count <= targets.Length && items.MoveNext())
        {
            values.Add(items.Current);
        }

        if (values.Count != targets.Length)
        {
            throw new TemplateFailure(values.Count > targets.Length
                ? $"too many values to unpack (expected {targets.Length})"
                : $"not enough values to unpack (expected {targets.Length}, got {values.Count})");
        }

        for (int i = 0; i < targets.Length; i++)
        {
            targets[i].Assign(values[i], context, scope);
        }
    }
}

/// <summary><c>namespace.attribute</c>, the only way to change a variable of an outer scope.</summary>
internal sealed class NamespaceTarget(string name, string attribute) : AssignmentTarget
{
    public override void Assign(Value value, RenderContext context, Scope scope)
    {
        if ((scope.Find(name) ?? Globals.Find(name)) is not NamespaceValue target)
        {
            throw new TemplateFailure($"cannot assign attribute '{attribute}' of '{name}', which is not a namespace");
        }

        target.Set(attribute, value, context);
    }
}

internal sealed class SetStatement(int line, AssignmentTarget target, Expression value) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        target.Assign(value.Evaluate(context, scope), context, scope);
        return Flow.Next;
    }
}

/// <summary><c>{% set name %}…{% endset %}</c>, with filters or without.</summary>
internal sealed class SetBlockStatement(int line, AssignmentTarget target, FilterExpression? filter, Block body) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        BoundedText outer = context.BeginCapture();
        Flow flow = body.Execute(context, new Scope(scope));
        Value text = context.EndCapture(outer);
        if (flow == Flow.Next)
        {
            target.Assign(filter?.Apply(context, scope, text) ?? text, context, scope);
        }

        return flow;
    }
}
