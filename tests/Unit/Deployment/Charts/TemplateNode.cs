using System.Text;
using System.Text.Json.Nodes;

namespace OrleansInference.Unit.Deployment.Charts;

/// <summary>The data at a place of a template: the dot, the dollar and the variables.</summary>
internal sealed record TemplateScope(TemplateSet Set, JsonNode? Root, JsonNode? Dot, Dictionary<string, JsonNode?> Variables)
{
    public TemplateScope With(JsonNode? dot) => this with { Dot = dot };
}

/// <summary>A part of a template.</summary>
internal abstract record TemplateNode
{
    public abstract void Write(TemplateScope scope, StringBuilder output);
}

/// <summary>Parts, one after the other.</summary>
internal sealed record TemplateBlock(IReadOnlyList<TemplateNode> Nodes)
{
    public void Write(TemplateScope scope, StringBuilder output)
    {
        foreach (TemplateNode node in Nodes)
        {
            node.Write(scope, output);
        }
    }
}

internal sealed record TextNode(string Text) : TemplateNode
{
    public override void Write(TemplateScope scope, StringBuilder output) => output.Append(Text);
}

internal sealed record PrintNode(Expression Value) : TemplateNode
{
    public override void Write(TemplateScope scope, StringBuilder output) => output.Append(TemplateFunctions.Text(Value.Evaluate(scope)));
}

internal sealed record AssignNode(string Name, Expression Value) : TemplateNode
{
    public override void Write(TemplateScope scope, StringBuilder output) => scope.Variables[Name] = Value.Evaluate(scope);
}

internal sealed record IfNode(Expression Condition, TemplateBlock Then, TemplateBlock Else) : TemplateNode
{
    public override void Write(TemplateScope scope, StringBuilder output) => (TemplateFunctions.IsTrue(Condition.Evaluate(scope)) ? Then : Else).Write(scope, output);
}

internal sealed record WithNode(Expression Value, TemplateBlock Body) : TemplateNode
{
    public override void Write(TemplateScope scope, StringBuilder output)
    {
        JsonNode? value = Value.Evaluate(scope);
        if (TemplateFunctions.IsTrue(value))
        {
            Body.Write(scope.With(value), output);
        }
    }
}

/// <summary>Over the entries of a map, in the order of their keys.</summary>
internal sealed record RangeNode(string Key, string Value, Expression Map, TemplateBlock Body) : TemplateNode
{
    public override void Write(TemplateScope scope, StringBuilder output)
    {
        foreach ((string key, JsonNode? value) in Map.Evaluate(scope)!.AsObject().OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            (scope.Variables[Key], scope.Variables[Value]) = (key, value);
            Body.Write(scope.With(value), output);
        }
    }
}
