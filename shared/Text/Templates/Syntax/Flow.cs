namespace OrleansInference.Text.Templates.Syntax;

/// <summary>How a statement ended: the next one follows, or the loop around it is left or continued.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}
