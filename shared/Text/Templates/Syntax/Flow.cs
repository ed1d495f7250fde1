namespace OrleansInference.Text.Templates.Syntax;

/// <summary>Outcome of a statement: the next one follows, or the enclosing loop is left or continued.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}
