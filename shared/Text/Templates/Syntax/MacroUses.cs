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
