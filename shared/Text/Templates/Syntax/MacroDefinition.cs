namespace OrleansInference.Text.Templates.Syntax;

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
