using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>The implicit variables that a macro's body mentions; the macro accepts surplus arguments only for these.</summary>
[Flags]
internal enum MacroUses
{
    None = 0,
    Caller = 1,
    PositionalRest = 2,
    NamedRest = 4,
}

/// <summary>The parameters and body of a macro or a call block.</summary>
internal sealed class MacroDefinition(string name, string[] parameters, Expression?[] defaults, MacroUses uses, Block body)
{
    public string Name { get; } = name;

    public string[] Parameters { get; } = parameters;

    /// <summary>Default values, parallel to <see cref="Parameters"/>; null for a parameter without one.</summary>
    public Expression?[] Defaults { get; } = defaults;

    public MacroUses Uses { get; } = uses;

    public Block Body { get; } = body;
}

internal sealed class MacroStatement(int line, MacroDefinition definition) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        scope.Set(definition.Name, new MacroValue(definition, scope));
        return Flow.Next;
    }
}

/// <summary><c>{% call macro(…) %}…{% endcall %}</c>: the macro gets the body as <c>caller</c>.</summary>
internal sealed class CallStatement(int line, CallExpression call, MacroDefinition body) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        call.Call(context, scope, new MacroValue(body, scope)).WriteText(context.Output);
        return Flow.Next;
    }
}
